import base64
from contextlib import closing

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exchange.reading import RuleReader
from ..exchange.rule_file import read_file
from ..tools.actions import get_action
from ..tools.rule_domain import describe_error


class WebsiteCrmScoreImport(models.TransientModel):
    """Make scoring rules from a file, drafts to be looked at and switched on.

    What of them is not in this database is told before anything is made.
    """

    _name = "website.crm.score.import"
    _description = "Import of Scoring Rules"

    state = fields.Selection(
        selection=[("file", "File"), ("rules", "Rules")], default="file", required=True
    )
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    line_ids = fields.One2many(
        comodel_name="website.crm.score.import.line",
        inverse_name="import_id",
        string="Rules of the File",
    )
    rule_count = fields.Integer(compute="_compute_counts")
    problem_count = fields.Integer(compute="_compute_counts")
    error_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.problems", "line_ids.is_wrong")
    def _compute_counts(self):
        for wizard in self:
            lines = wizard.line_ids
            wizard.rule_count = len(lines)
            wizard.error_count = len(lines.filtered("is_wrong"))
            wizard.problem_count = len(
                lines.filtered(lambda line: line.problems and not line.is_wrong)
            )

    # ACTIONS

    def action_read(self):
        """Read the file, and show what would be made of it."""
        self.ensure_one()
        self.env["website.crm.score"]._check_exchange()
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        items = read_file(content, self.env)
        reader = RuleReader(self.env)
        read = [reader.read_rule(item, number) for number, item in enumerate(items, 1)]
        self.line_ids.unlink()
        values = [self._try(rule) for rule in read]
        self.line_ids = [fields.Command.create(value) for value in values]
        self.state = "rules"
        return self._open()

    def action_import(self):
        """Make drafts of the chosen rules, and show them."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.is_used and not line.is_wrong)
        if not lines:
            raise UserError(self.env._("Choose the rules to import."))
        rules = self.env["website.crm.score"]
        for line in lines:
            rules += rules._make_from_file(line.rule_values, line.translations)
        return rules._get_list_action(self.env._("New Rules"))

    def action_choose_again(self):
        """Choose another file."""
        self.ensure_one()
        self.line_ids.unlink()
        self.write({"state": "file", "file": False, "file_name": False})
        return self._open()

    def _open(self):
        action = "website_crm_score.website_crm_score_import_action"
        return get_action(self.env, action, res_id=self.id)

    # READING

    def _try(self, read):
        """Return the values of the line of a rule: what it would be here.

        :param ReadRule read: see :mod:`..exchange.reading`
        """
        values = {"rule_values": read.values, "translations": read.translations}
        if not read.error:
            try:
                values.update(self._rehearse(read))
            except UserError as error:
                read.error = describe_error(error)
        return {
            **values,
            "name": read.title,
            "problems": "\n".join([*read.problems, read.error or ""]).strip(),
            "is_wrong": bool(read.error),
            # Where a filter is left out, a rule may give points to all.
            "is_used": not (read.gaps or read.is_known or read.error),
        }

    def _rehearse(self, read):
        """Make a rule, as it will be, and unmake it; return what is shown of it."""
        rules = self.env["website.crm.score"]
        with closing(self.env.cr.savepoint()):
            rule = rules._make_from_file(read.values, read.translations)
            read.is_known = rule._is_known()
            if read.is_known:
                text = self.env._("There is exactly this rule already.")
                read.problems.append(text)
            return {"points": rule.value, "condition": rule.condition}
