"""What is assigned, and to whom: leads made by SQL, ten teams of ten, and scores.

All is drawn by hashes of the leads' numbers, so that each run and each machine has the
same; only the dates follow the clock. The functions that take ``env`` are a worker's,
see :mod:`workers`.
"""

from contextlib import closing

from databases import connect
from scoring.participants import OURS as SCORING
from scoring.participants import run_job
from scoring.workload import PICK

TEAMS, MEMBERS = 10, 10  # members of each team
# What each member takes in a run: five times a fair share, so that all leads find
# somebody, and little enough to be passed by mistake.
QUOTA = 5
RULES = {"3": 32, "2": 16, "1": 1}  # the points for leads of each priority
# Teams that want a score, by number. Those behind them take whatever there is.
MINIMUMS = {2: 32, 3: 16, 4: 16}

# Nobody's, all of them open. Three of a hundred have the address of another.
LEADS = """
INSERT INTO crm_lead (
    id, name, contact_name, partner_name, function, type, priority, color, active,
    won_status, stage_id, probability, automated_probability,
    email_from, email_normalized, email_domain_criterion, email_state,
    phone, phone_sanitized, phone_state, city, country_id, source_id, medium_id,
    company_id, description, date_last_stage_update, create_date, write_date,
    create_uid, write_uid
)
SELECT number,
       'Enquiry ' || number || ' about ' ||
           ('{courses,prices,delivery,support,partnership}'::text[])[
               1 + pg_temp.pick(number, 1, 5)],
       'Enquirer ' || number, 'Company ' || owner / 3,
       ('{Owner,Buyer,Engineer,Teacher,Manager}'::text[])[
           1 + pg_temp.pick(number, 2, 5)],
       'lead',
       CASE WHEN share < 6 THEN '3' WHEN share < 20 THEN '2' WHEN share < 50 THEN '1'
            ELSE '0' END,
       0, TRUE, 'pending', stage, chance, chance,
       'enquirer' || owner || domain, 'enquirer' || owner || domain, domain, 'correct',
       '+32 ' || phone, '+32' || phone, 'correct',
       ('{Namur,Lyon,Utrecht,Bremen,Leeds,Turin,Porto}'::text[])[
           1 + pg_temp.pick(number, 3, 7)],
       country[1 + pg_temp.pick(number, 4, cardinality(country))],
       source[1 + pg_temp.pick(number, 5, cardinality(source))],
       medium[1 + pg_temp.pick(number, 6, cardinality(medium))],
       1, '<p>What does it cost for ' || pg_temp.pick(number, 7, 90) || ' people?</p>',
       created, created, created, 1, 1
  FROM (SELECT (SELECT array_agg(id ORDER BY id) FROM res_country) AS country,
               (SELECT array_agg(id ORDER BY id) FROM utm_source) AS source,
               (SELECT array_agg(id ORDER BY id) FROM utm_medium) AS medium,
               (SELECT id FROM crm_stage ORDER BY sequence, id LIMIT 1) AS stage
       ) choice, LATERAL (
       SELECT number,
              CASE WHEN pg_temp.pick(number, 8, 100) < 3
                   THEN 1 + pg_temp.pick(number, 9, number)
                   ELSE number END AS owner,
              pg_temp.pick(number, 10, 100) AS share,
              pg_temp.pick(number, 11, 90) + 5 AS chance,
              470000000 + pg_temp.pick(number, 12, 9999999) AS phone,
              date_trunc('second', now() AT TIME ZONE 'UTC') - interval '1 minute'
                  * (1 + pg_temp.pick(number, 13, 6 * 1440)) AS created
         FROM generate_series(1, %(size)s) number
       ) lead, LATERAL (SELECT '@company' || owner %% 4999 || '.example' AS domain) more
 ORDER BY number
"""
SEQUENCE = "SELECT setval('crm_lead_id_seq', %(size)s)"


def add_leads(database, size):
    """Add leads to a database that has none.

    :param database: its name on the server
    """
    with closing(connect(database)) as connection:
        cursor = connection.cursor()
        cursor.execute(PICK)
        cursor.execute(LEADS, {"size": size})
        cursor.execute(SEQUENCE, {"size": size})


def get_quota(size):
    """How many of so many leads a member takes at most."""
    return max(QUOTA * size // (TEAMS * MEMBERS), 1)


def make_teams(env, size):
    """Make teams for so many leads; two have a filter, and two members of each team."""
    env["crm.team"].search([]).assignment_optout = True
    countries = env["res.country"].search([], order="id").ids
    near = repr([("country_id", "in", countries[::3])])
    managers = repr([("function", "=", "Manager")])
    users = iter(make_users(env))
    for number in range(TEAMS):
        members = [
            {"user_id": next(users).id, "assignment_max": 30 * get_quota(size)}
            for _member in range(MEMBERS)
        ]
        members[0]["assignment_domain"] = managers
        members[1]["assignment_domain_preferred"] = near
        env["crm.team"].create(
            {
                "name": f"Team {number}",
                "use_leads": True,
                "use_opportunities": True,
                "assignment_domain": {0: managers, 1: near}.get(number),
                "crm_team_member_ids": [(0, 0, values) for values in members],
            }
        )
    env.cr.commit()


def make_users(env):
    """Make a salesperson for each place in a team."""
    groups = env.ref("sales_team.group_sale_salesman") + env.ref("base.group_user")
    return (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": f"Salesperson {number}",
                    "login": f"salesperson{number}@bench.example",
                    "email": f"salesperson{number}@bench.example",
                    "group_ids": groups.ids,
                    # No server for e-mails is waited for.
                    "notification_type": "inbox",
                }
                for number in range(TEAMS * MEMBERS)
            ]
        )
    )


def make_scores(env):
    """Give the leads scores by rules, and minimum scores to some of the teams."""
    env["website.crm.score"].create(
        [
            {
                "name": f"Priority {priority}",
                "value": points,
                "domain": repr([("priority", "=", priority)]),
            }
            for priority, points in RULES.items()
        ]
    )
    for number, minimum in MINIMUMS.items():
        team = env["crm.team"].search([("name", "=", f"Team {number}")])
        team.min_for_assign = minimum
    env.cr.commit()
    run_job(env, env.ref(SCORING))
