"""What users are told of their leads, each in his language."""

from functools import cache, partial

from odoo.addons.website_crm_score.tools.numbers import say_number
from odoo.addons.website_crm_score.tools.overrides import list_strangers

# How many leads a letter lists.
LEADS = 100
# What makes the link to a lead, and whose code of it is known
METHODS = ("_notify_get_action_link", "_get_action_link_params", "get_base_url")
KNOWN = (
    "odoo.orm.models",
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.website.models.ir_model",
)


class Letters:
    """Writes to many users; what is alike in what they are told is found once."""

    template = None

    def __init__(self, model):
        """:param crm.lead model: of the leads that are told of"""
        self.numbers, self.bases = {}, {}
        self.is_known = "website_id" not in model._fields and not any(
            list_strangers(model, METHODS, KNOWN)
        )

    def compose(self, user, leads, lines):
        """Return the subject and the body of a letter.

        :param crm.lead leads: the best first, in the language of the user
        :param crm.assignment.plan.line lines: the lines of a plan by which he got, or
            lost, the leads
        :rtype: tuple[str, Markup]
        """
        values = {"count": len(leads), "leads": leads[:LEADS], "link": self.link}
        values |= self._get_values(user, values["leads"], lines)
        body = leads.env["ir.qweb"]._render(self.template, values)
        return self._get_subject(leads), body

    def _get_subject(self, leads):
        raise NotImplementedError

    def _get_values(self, user, leads, lines):
        """Return what else the template shows."""
        raise NotImplementedError

    def link(self, lead):
        """Return the address of a lead, which Odoo makes the same of all leads of a
        company but for the id at its end."""
        if not self.is_known:
            return _link(lead)
        company = lead.company_id.id
        if company not in self.bases:
            self.bases[company] = _link(lead).removesuffix(str(lead.id))
        return f"{self.bases[company]}{lead.id}"


def _link(lead):
    return lead._notify_get_action_link("view", model=lead._name, res_id=lead.id)


class LettersOfAssigned(Letters):
    """Tells users which leads they got."""

    template = "crm_team_assign.message_leads_assigned"

    def _get_subject(self, leads):
        if len(leads) == 1:
            return leads.env._("New lead for you: %s", leads.name)
        return leads.env._("%s new leads for you", len(leads))

    def _get_values(self, user, leads, lines):
        say = cache(partial(say_number, leads.env))
        return {"show_points": self.numbers.setdefault(leads.env.lang, say)}


class LettersOfTakenBack(Letters):
    """Tells users which leads they lost, and who has them now."""

    template = "crm_team_assign.message_leads_taken_back"

    def _get_subject(self, leads):
        if len(leads) == 1:
            return leads.env._("%s was given to somebody else", leads.name)
        return leads.env._("%s leads were given to somebody else", len(leads))

    def _get_values(self, user, leads, lines):
        companies = user.company_ids.ids
        seen = leads.with_user(user).with_context(allowed_company_ids=companies)
        return {
            "lines": {line.lead_id.id: line for line in lines},
            "seen": seen._filtered_access("read"),
        }
