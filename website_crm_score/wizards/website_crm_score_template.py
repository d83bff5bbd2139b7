from odoo import api, fields, models


class WebsiteCrmScoreTemplate(models.TransientModel):
    """Make scoring rules from a template, inactive, to be adjusted and switched on."""

    _name = "website.crm.score.template"
    _description = "New Scoring Rules from a Template"

    template = fields.Selection(
        selection="_get_selection",
        required=True,
        default=lambda self: self._get_selection()[0][0],
    )
    apply_to = fields.Selection(
        selection=lambda self: self.env["website.crm.score"]
        ._fields["apply_to"]
        ._description_selection(self.env),
        required=True,
        default="lead",
    )
    rule_names = fields.Text(string="Rules", compute="_compute_rule_names")
    left_out = fields.Text(compute="_compute_rule_names")

    @api.model
    def _get_selection(self):
        templates = self.env["website.crm.score"]._get_templates()
        return [(key, item["name"]) for key, item in templates.items() if item["rules"]]

    @api.depends("template")
    def _compute_rule_names(self):
        for wizard in self:
            item = wizard._get()
            lines = [f"{rule['name']}: {rule['value']:+g}" for rule in item["rules"]]
            wizard.rule_names = "\n".join(lines)
            wizard.left_out = "\n".join(item.get("left_out", ()))

    def _get(self):
        """Return the template: see ``website.crm.score._get_templates``.

        :rtype: dict
        """
        templates = self.env["website.crm.score"]._get_templates()
        return templates.get(self.template, {"rules": []})

    def action_create_rules(self):
        """Make the rules of the template, switched off, and show them.

        :return: an action on ``website.crm.score``
        :rtype: dict
        """
        self.ensure_one()
        options = {"apply_to": self.apply_to, "active": False}
        rules = self.env["website.crm.score"].create(
            [{**values, **options} for values in self._get()["rules"]]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "website_crm_score.website_crm_score_action"
        )
        return {
            **action,
            "display_name": self.env._("New Rules"),
            "domain": [("id", "in", rules.ids)],
            "context": {"active_test": False},
        }
