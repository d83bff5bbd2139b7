"""What leads come to have in the team that they are planned for: Odoo gives a lead its
team, with a stage and a company of that, estimates the probability anew, and only then
looks for a salesperson."""

from functools import cached_property

from odoo.fields import Domain

from odoo.addons.website_crm_score.tools.own_context import HandedDown


class Foresight(HandedDown):
    """A team that leads are looked at as if they were its own."""

    context_key = "foresight"

    def __init__(self, team):
        self.team = team

    @classmethod
    def of(cls, team, known):
        """Return the foresight of a team.

        :param dict known: those that are known already, by team
        """
        return known.setdefault(team, cls(team))

    def find_change(self, name):
        """Return of which leads the team changes a field, and what it is then.

        :rtype: tuple[Domain, int] | None
        """
        new = Domain("team_id", "=", False)
        match name:
            case "stage_id":
                moved = new & Domain("stage_id", "not in", self.stage_ids)
                return moved, self.first_stage_id
            case "team_id":
                return new, self.team.id
            case "company_id" if self.team.company_id:
                return new, self.team.company_id.id
        return None

    @cached_property
    def stage_ids(self):
        """The stages that a lead keeps in the team."""
        stages = self.team.env["crm.stage"].search([])
        return stages.filtered(
            lambda stage: not stage.team_ids or self.team in stage.team_ids
        ).ids

    @cached_property
    def first_stage_id(self):
        """The stage of a lead that cannot keep its own."""
        leads = self.team.env["crm.lead"]
        return leads._stage_find(self.team.id, [("fold", "=", False)]).id

    def change(self, values):
        """Change what Odoo estimates a lead's probability by."""
        values["team_id"] = self.team.id
        if dict(values["values"]).get("stage_id") in self.stage_ids:
            return
        others = [pair for pair in values["values"] if pair[0] != "stage_id"]
        first = self.first_stage_id
        values["values"] = [("stage_id", first), *others] if first else others


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
        foresight = Foresight.of(team, draft.foresights)
        draft.foresee(find_probabilities(leads, foresight))


def find_probabilities(leads, foresight):
    """Return the probability that leads, which have none of that team yet, will have in
    it; of those whose probability is up to Odoo.

    :param Foresight foresight: of the team
    :rtype: dict[int, float]
    """
    # sudo: whoever assigns leads, as core estimates them
    leads = leads.sudo().with_context(foresight=foresight)
    if not leads.env["crm.lead.scoring.frequency"].search_count([], limit=1):
        return {}
    # A pair, but one dictionary where none of them is open any more.
    estimated = leads._pls_get_naive_bayes_probabilities(batch_mode=True)
    found = leads.browse(estimated[0] if estimated else ())
    found.fetch(["probability", "automated_probability"])
    automated = found.filtered("is_automated_probability")
    return {lead_id: estimated[0][lead_id] for lead_id in automated.ids}
