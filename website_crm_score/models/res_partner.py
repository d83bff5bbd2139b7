from odoo import api, fields, models
from odoo.tools import SQL

from ..fields import LedgerMany2many
from ..scoring.scores import TOTALS
from ..tools.own_context import OURS
from .website_crm_scored import DERIVED_FIELDS

# The columns of the list that say something only where contacts are scored.
COLUMNS = {*TOTALS, "score_week_change", "score_date"}


class ResPartner(models.Model):
    """Contacts have a score, as leads do: customers without a lead have one, too. They
    take their browsing history with them when they are deleted."""

    _name = "res.partner"
    _inherit = ["res.partner", "website.crm.scored"]
    _ledger_field = "partner_id"
    _email_fields = {"email"}

    # The ORM reads what it computes before creation with the rights of the user, who
    # may make contacts without seeing scores. The database has the default.
    score = fields.Float(precompute=False)
    score_fit = fields.Float(precompute=False)
    score_engagement = fields.Float(precompute=False)
    score_grade = fields.Selection(precompute=False)
    score_line_ids = fields.One2many(inverse_name="partner_id")
    score_ids = LedgerMany2many(column1="partner_id")

    staff_until = fields.Datetime(
        string="Colleague until",
        copy=False,
        help="What the contact did until then was done as one of your staff, and does "
        "not count. Set when the user is deleted or no longer internal.",
    )

    _staff_until_idx = models.Index("(id) WHERE staff_until IS NOT NULL")
    _score_stale_idx = models.Index("(id) WHERE score_stale IS TRUE")

    @api.model
    def _are_scored(self):
        """Return whether there is a rule for contacts."""
        # sudo: that there is one, everybody may see by the columns of the list
        rules = self.env["website.crm.score"].sudo()
        return bool(rules.search_count([("apply_to", "=", "partner")], limit=1))

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, view_type == "list" and self._are_scored())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        columns = arch.xpath("./field[@optional]") if view_type == "list" else ()
        are_scored = bool(columns) and self._are_scored()
        for column in columns:
            if column.get("name") in COLUMNS and not are_scored:
                column.set("column_invisible", "True")
            elif column.get("name") == "score":
                column.set("optional", "show")
        return arch, view

    def write(self, vals):
        if self.env.context.get("is_partner_merge") is OURS:
            vals = {name: vals[name] for name in vals.keys() - DERIVED_FIELDS}
        companies = self._get_companies() if "company_id" in vals else {}
        result = super().write(vals)
        self._follow_company(companies)
        return result

    def unlink(self):
        visitors = self._get_visitors()
        result = super().unlink()
        visitors.unlink()
        # sudo: nobody may write the ledger
        self.env["website.crm.score.line"].sudo()._drop_owners(self)
        return result

    @api.model
    def _merge_events(self, pairs):
        self.env["website.crm.score.identity"]._merge_partners(pairs)
        return super()._merge_events(pairs)

    def action_erase_browsing_history(self):
        """Erase what these contacts saw on the website, and what their leads saw.

        :return: that it was done, as a call from elsewhere needs an answer
        :rtype: bool
        :raise AccessError: for users who may not delete these contacts and leads either
        """
        self.check_access("unlink")
        visitors = self._get_visitors()
        leads = self.env["crm.lead"].browse(visitors.lead_ids.ids)
        leads.action_erase_browsing_history()
        visitors.unlink()
        # sudo: nobody may write what the jobs keep
        self.env["website.crm.score.history"].sudo()._drop_owners(self)
        self.sudo()._mark_stale()  # sudo: the mark is the job's
        return True

    @api.model
    def _was_staff_sql(self, partner, date):
        """Return the condition that a contact, by its id, was of the staff at a time in
        UTC, and left since."""
        # When it left is known to the second.
        return SQL(
            "EXISTS (SELECT FROM res_partner former WHERE former.id = %s"
            " AND former.staff_until >= date_trunc('second', %s))",
            partner,
            date,
        )

    def _get_visitors(self):
        # sudo: those who may delete a contact may not read its visits
        visitors = self.env["website.visitor"].sudo().with_context(active_test=False)
        return visitors.search([("partner_id", "in", self.ids)])
