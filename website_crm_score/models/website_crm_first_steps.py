from odoo import api, models
from odoo.fields import Domain

from ..tools.actions import open_form


class WebsiteCrmFirstSteps(models.AbstractModel):
    """What is to be set up before leads have scores that are of use.

    Shown to managers above the scoring rules, until all is done, or until one of them
    dismisses it for the company. The database says what is done. Other addons add
    steps of theirs: see :meth:`_list_steps`.
    """

    _name = "website.crm.first.steps"
    _description = "First Steps of Lead Scoring"

    @api.model
    def get_steps(self):
        """Return the first steps of the company: none if they are over, or if they are
        not up to the user.

        :return: for each its ``title``, ``description``, whether it ``is_done``, and
            the ``action`` that opens the screen where it is done, or False if the user
            has no access to it
        :rtype: list[dict]
        """
        if not self._is_allowed() or self.env.company.scoring_steps_over:
            return []
        steps = self._list_steps()
        if all(step["is_done"] for step in steps):
            self.action_dismiss()
            return []
        return steps

    @api.model
    def action_dismiss(self):
        """Show the first steps to nobody of the company any more."""
        if self._is_allowed():
            # sudo: managers may not write companies, but this is up to them
            self.env.company.sudo().scoring_steps_over = True

    @api.model
    def _is_allowed(self):
        return self.env["website.crm.score"].has_access("write")

    @api.model
    def _is_designer(self):
        return self.env.user.has_group("website.group_website_designer")

    @api.model
    def _list_steps(self):
        """Return the steps, in their order; a query for each."""
        return [self._get_page_step(), self._get_form_step(), self._get_rule_step()]

    @api.model
    def _is_of_company(self, path="company_id"):
        """Return the domain of what is of the company, or of all."""
        company = Domain(path, "=", self.env.company.id)
        return company | Domain(path.split(".")[0], "=", False)

    @api.model
    def _get_page_step(self):
        # sudo: what there is on the website is no secret
        pages = self.env["website.page"].sudo()
        is_tracked = Domain("track", "=", True)
        is_tracked &= self._is_of_company("website_id.company_id")
        return {
            "title": self.env._("Track a Page"),
            "description": self.env._("Visits to it then count for leads."),
            "is_done": bool(pages.search_count(is_tracked, limit=1)),
            "action": self._is_designer() and "website.action_website_pages_list",
        }

    @api.model
    def _get_form_step(self):
        # sudo: what there is on the website is no secret
        views = self.env["ir.ui.view"].sudo()
        makes_leads = Domain("arch_db", "like", 'data-model_name="crm.lead"')
        makes_leads &= Domain("type", "=", "qweb")
        makes_leads &= self._is_of_company("website_id.company_id")
        website = self.env["website"].get_current_website()
        return {
            "title": self.env._("Let the Contact Form Make Leads"),
            "description": self.env._("Click on it: Create an Opportunity."),
            "is_done": bool(views.search_count(makes_leads, limit=1)),
            "action": self._is_designer()
            and website.get_client_action("/contactus", True, website.id),
        }

    @api.model
    def _get_rule_step(self):
        rules = self.env["website.crm.score"]
        is_on = Domain("active", "=", True) & self._is_of_company()
        return {
            "title": self.env._("Write a Rule"),
            "description": self.env._("Or begin with those of Templates."),
            "is_done": bool(rules.search_count(is_on, limit=1)),
            "action": open_form(rules, rules._description),
        }
