from odoo import fields, models
from odoo.http import request


class ResUsers(models.Model):
    """Who logs in takes along what the browser did before, unless that was somebody
    else: a visitor of one contact is not made one of another.

    Contacts that are merged are one person, and so are their visitors. Who was of the
    staff is remembered by the contact.
    """

    _inherit = "res.users"

    def write(self, vals):
        staff = self._get_staff() if "group_ids" in vals else self.browse()
        result = super().write(vals)
        (staff - staff._get_staff())._note_they_were_staff()
        return result

    def unlink(self):
        self._get_staff()._note_they_were_staff()
        return super().unlink()

    def _get_staff(self):
        return self.filtered(lambda user: not user.share)

    def _note_they_were_staff(self):
        # sudo: who manages users need not be able to change contacts
        self.sudo().partner_id.staff_until = fields.Datetime.now()

    def authenticate(self, credential, user_agent_env):
        if not self._find_other_contact(credential):
            return super().authenticate(credential, user_agent_env)
        env = request.env
        request.update_context(is_other_login=True)
        try:
            auth_info = super().authenticate(credential, user_agent_env)
        finally:
            request.env = env
        if auth_info.get("uid") and not env.user._is_public():
            self._part_from_login()
        return auth_info

    def _find_other_contact(self, credential):
        """Return whose visitor this browser is, if not of the user who logs in."""
        if not (request and request.env):
            return None
        visitor = request.env["website.visitor"]._get_visitor_from_request()
        if not visitor or not visitor.partner_id:
            return None
        # As core finds who logs in; where it does so otherwise, nothing is taken along.
        login = self._get_login_domain(credential.get("login"))
        # sudo: nobody is logged in yet
        user = self.sudo().search(login, order=self._get_login_order(), limit=1)
        return visitor.partner_id - user.partner_id

    def _part_from_login(self):
        """Have the session forget what the contact did who was logged in before."""
