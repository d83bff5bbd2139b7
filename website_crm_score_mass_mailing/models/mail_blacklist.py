from odoo import api, fields, models


class MailBlacklist(models.Model):
    """Blocked addresses know since when they are, and by whom: who wrote them last, and
    when, says neither."""

    _inherit = "mail.blacklist"

    blocked_datetime = fields.Datetime(string="Blocked On", readonly=True, copy=False)
    blocked_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Blocked By",
        readonly=True,
        copy=False,
        ondelete="set null",
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [
                {**self._get_blocked(vals.get("active", True)), **vals}
                for vals in vals_list
            ]
        )

    def write(self, vals):
        if "active" not in vals:
            return super().write(vals)
        changed = self.filtered(lambda address: address.active != vals["active"])
        others = super(MailBlacklist, self - changed).write(vals)
        vals = {**vals, **self._get_blocked(vals["active"])}
        return super(MailBlacklist, changed).write(vals) and others

    def _get_blocked(self, is_blocked):
        """Return what is known of an address that is blocked, or free, from now on."""
        return {
            "blocked_datetime": is_blocked and self.env.cr.now(),
            "blocked_user_id": is_blocked and self.env.uid,
        }
