"""The probability that leads come to have in the team that they are planned for: Odoo
estimates it anew when a lead gets a team, and only then it looks for a salesperson."""

from odoo.addons.website_crm_score.tools.own_context import get_own


class Foresight:
    """A team that leads are looked at as if they were its own.

    An object of a class: it is handed down in the context, where a client can put no
    such thing.
    """

    def __init__(self, team):
        self.team_id = team.id
        stage = team.env["crm.lead"]._stage_find(team.id, [("fold", "=", False)])
        self.first_stage_id = stage.id

    @classmethod
    def get(cls, env):
        """Return the foresight that probabilities are asked with, None if none."""
        return get_own(env, "foresight", cls)

    def change(self, values):
        """Change what Odoo estimates a lead's probability by."""
        values["team_id"] = self.team_id
        if self.first_stage_id and "stage_id" not in dict(values["values"]):
            values["values"].insert(0, ("stage_id", self.first_stage_id))


def foresee(team, lead_ids, members, draft, is_sorted_by_it=False):
    """Note which probability leads that are to go to a team will have then, if anything
    asks for it.

    :param lead_ids: ids of leads
    :param crm.team.member members: those who could get them
    :param Draft draft: has the facts of the leads, and gets what they will be
    :param bool is_sorted_by_it: whether the best lead is the most probable one
    """
    if not is_sorted_by_it and not any(one._asks_for_probability() for one in members):
        return
    new = [id_ for id_ in lead_ids if draft.leads[id_].team_id != team.id]
    if new:
        leads = team.env["crm.lead"].browse(sorted(new))
        draft.foresee(leads._foresee_probabilities(Foresight(team)))
