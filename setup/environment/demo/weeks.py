"""Lets two weeks pass for some leads of the demo, so that scores have a history.

Run by ``setup/odoo shell``, whose ``env`` it takes. Each day some of them see pages and
the rules look at them, as the jobs have it; only the clock is another one.
"""

from datetime import timedelta
from random import Random
from unittest.mock import patch

from odoo import Command, fields

DAYS = 14
LEADS_EACH = 9  # of each salesperson
# A rule whose points come and go.
RULE = {
    "name": "Looks at the prices again and again",
    "value": 10,
    "rule_type": "event",
    "event_type": "page_visit",
    "page_match": "contains",
    "page_url": "/pricing",
    "max_count": 3,
    "valid_days": 10,
    "is_fading": True,
}
# How many days ago a lead comes to the website, and what it sees.
COURSES, PRICES = ["/courses"], ["/courses", "/pricing"]
JOURNEYS = [
    ("gets warmer", {12: COURSES, 6: COURSES, 2: PRICES, 1: PRICES, 0: PRICES}),
    ("cools down", {13: PRICES, 12: PRICES, 11: PRICES, 9: COURSES}),
    ("comes back", {13: PRICES, 1: PRICES, 0: COURSES}),
    ("goes on", {13: COURSES, 10: PRICES, 7: PRICES, 4: PRICES, 2: PRICES}),
    ("looks once", {5: ["/pricing"]}),
    ("is quiet", {}),
]


def main(env):
    """Let the days pass, and commit."""
    leads = choose_leads(env)
    journeys = start_journeys(leads)
    env["website.crm.score"].create(RULE)
    for days in reversed(range(DAYS)):
        now = fields.Datetime.now() - timedelta(days=days)
        with patch.object(fields.Datetime, "now", staticmethod(lambda now=now: now)):
            let_day_pass(leads, journeys, days)
    env.cr.commit()
    changes = leads.mapped("score_week_change")
    rose, fell = (sum(sign * change > 0 for change in changes) for sign in (1, -1))
    print(f"{len(leads)} leads: {rose} rose within a week, {fell} fell")


def choose_leads(env):
    """The best leads of each salesperson, which are two weeks old from now on."""
    leads = env["crm.lead"].browse()
    for user in env["crm.team.member"].search([]).user_id:
        domain = [("user_id", "=", user.id), ("visitor_ids", "=", False)]
        leads += leads.search(domain, order="score desc, id", limit=LEADS_EACH)
    env.flush_all()
    env.cr.execute(
        "UPDATE crm_lead SET create_date = create_date - %s * interval '1 day'"
        " WHERE id = ANY(%s)",
        [DAYS + 1, leads.ids],
    )
    env.cr.execute(
        """
        UPDATE website_crm_score_line
           SET first_date = first_date - %(days)s * interval '1 day',
               last_date = last_date - %(days)s * interval '1 day'
         WHERE lead_id = ANY(%(lead_ids)s)
        """,
        {"days": DAYS + 1, "lead_ids": leads.ids},
    )
    env.invalidate_all()
    return leads


def start_journeys(leads):
    """What each lead does, one journey after the other."""
    chance = Random(1)
    journeys = {}
    for number, lead in enumerate(leads):
        _name, visits = JOURNEYS[number % len(JOURNEYS)]
        journeys[lead] = visits
        if visits:
            token = f"{chance.getrandbits(128):032x}"
            visitor = {"access_token": token, "lead_ids": [Command.link(lead.id)]}
            lead.env["website.visitor"].create(visitor)
    return journeys


def let_day_pass(leads, journeys, days):
    """Have leads see pages on a day, and the rules look at all of them."""
    host = leads.env["website"].search([], limit=1).get_base_url()
    now = fields.Datetime.now()
    leads.env["website.track"].create(
        [
            {
                "visitor_id": visitor.id,
                "url": host + url,
                "page_id": find_page(leads.env, url).id,
                "visit_datetime": now
                - timedelta(minutes=40 + lead.id % 90 - 9 * place),
            }
            for lead, visits in journeys.items()
            for visitor in lead.visitor_ids
            for place, url in enumerate(visits.get(days, ()))
        ]
    )
    leads._mark_stale()
    leads._score_now()
    date_back(leads, days)


def date_back(leads, days):
    """Have what the rules just gave be given on that day: the clock of the database,
    by which reasons that are no events are dated, cannot be another one."""
    leads.env.flush_all()
    values = {"days": days, "lead_ids": leads.ids}
    leads.env.cr.execute(
        """
        UPDATE website_crm_score_line line
           SET first_date = first_date - %(days)s * interval '1 day',
               last_date = last_date - %(days)s * interval '1 day'
          FROM website_crm_score rule
         WHERE lead_id = ANY(%(lead_ids)s) AND rule.id = line.rule_id
           AND rule.rule_type = 'domain'
           AND line.last_date = now() AT TIME ZONE 'UTC'
        """,
        values,
    )
    leads.env.cr.execute(
        """
        UPDATE crm_lead SET score_date = score_date - %(days)s * interval '1 day'
         WHERE id = ANY(%(lead_ids)s) AND score_date = now() AT TIME ZONE 'UTC'
        """,
        values,
    )
    leads.env.cr.execute(
        """
        UPDATE website_crm_score_run
           SET end_date = end_date - %(days)s * interval '1 day',
               seconds = seconds - %(days)s * 86400
         WHERE end_date >= now() AT TIME ZONE 'UTC'
           AND seconds > %(days)s * 86400
        """,
        values,
    )
    leads.env.invalidate_all()


def find_page(env, url):
    """The page of an address."""
    return env["website.page"].search([("url", "=", url)], limit=1)


main(env)  # noqa: F821 - given by the shell
