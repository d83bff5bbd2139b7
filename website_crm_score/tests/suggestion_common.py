import random
from datetime import timedelta

from odoo.tools import SQL

from .event_common import EventCase


class SuggestionCase(EventCase):
    """Leads that were won or lost, for reasons, at chosen times."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Those of the database were closed before all time.
        cls.env.cr.execute("UPDATE crm_lead SET won_status = 'pending'")
        cls.env.invalidate_all()
        cls.Suggestion = cls.env["website.crm.score.suggestion"]
        cls.dice = random.Random(5)
        cls.source, cls.other_source = cls.env["utm.source"].create(
            [{"name": "Fair"}, {"name": "Poster"}]
        )
        cls.tag, cls.late_tag = cls.env["crm.tag"].create(
            [{"name": "Adult"}, {"name": "Customer"}]
        )
        cls.country = cls.env.ref("base.be")

    @classmethod
    def close(cls, leads, is_won, days=100):
        """Have leads be won or lost as core does it, so many days ago; each a minute
        later than the one before."""
        if is_won:
            leads.action_set_won()
        else:
            leads.action_set_lost()
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead SET create_date = %(date)s - interval '30 days',
                       date_last_stage_update = %(date)s,
                       date_closed = %(date)s + array_position(%(ids)s, id)
                                                * interval '1 minute'
                 WHERE id = ANY(%(ids)s)
                """,
                date=cls.now - timedelta(days=days),
                ids=leads.ids,
            )
        )
        cls.env.invalidate_all()

    @classmethod
    def make_closed(cls, won=80, lost=120, **values):
        """Return so many won and lost leads, closed in turn."""
        leads = cls.make_leads(won + lost, **values)
        share = won / (won + lost)
        winners = leads.browse(
            lead.id
            for place, lead in enumerate(leads)
            if int((place + 1) * share) > int(place * share)
        )
        cls.close(winners, True)
        cls.close(leads - winners, False)
        return winners, leads - winners

    @classmethod
    def pick(cls, leads, share):
        """Return a share of the leads, by chance."""
        return leads.browse(lead.id for lead in leads if cls.dice.random() < share)

    def suggest(self, **values):
        suggestion = self.Suggestion.create(values)
        suggestion.action_suggest()
        return suggestion

    def get_names(self, suggestion):
        return suggestion.line_ids.mapped("name")
