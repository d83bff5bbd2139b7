from werkzeug.exceptions import BadRequest

from odoo import fields, http
from odoo.http import content_disposition, request

from ..exchange.rule_file import write_file


class ScoringRuleFile(http.Controller):
    """The file of rules, to be downloaded by those who may write them."""

    @http.route("/website_crm_score/rules", type="http", auth="user", readonly=True)
    def download_rules(self, ids=""):
        rules = request.env["website.crm.score"]
        rules._check_exchange()
        try:
            rules = rules.browse(map(int, ids.split(","))).exists()
        except ValueError as error:
            raise BadRequest() from error
        today = fields.Date.context_today(rules)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Disposition": content_disposition(f"scoring_rules_{today}.json"),
            "X-Content-Type-Options": "nosniff",
        }
        return request.make_response(write_file(rules._pack()), list(headers.items()))
