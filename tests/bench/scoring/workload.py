"""What is scored: leads, visitors and their tracks, made by SQL, and ten rules.

All is drawn by hashes of the leads' numbers, so that each run and each machine has the
same; only the dates follow the clock. Lead and visitor number ``n`` have the id ``n``.
"""

from contextlib import closing
from dataclasses import dataclass

from databases import connect

TRACKS = 10  # of each visitor
PAGES = 50


@dataclass(frozen=True)
class Rule:
    """A scoring rule, for Odoo and for hand-written SQL.

    The points are powers of two: a score tells which rules a lead matched.
    """

    name: str
    points: int
    domain: list
    condition: str = ""  # on crm_lead, by the name of lead
    page: str = ""  # what a page's url has to contain, instead of a condition

    def domain_of_tracks(self):
        """The domain as plain Odoo can have it, which has no page views."""
        if not self.page:
            return self.domain
        return [("visitor_ids.website_track_ids.url", "ilike", self.page)]


def country_rule(name, points):
    """A rule that gives the country by its name."""
    condition = f"""lead.country_id = (
        SELECT id FROM res_country WHERE name ->> 'en_US' = '{name}')"""
    return Rule(name, points, [("country_id", "=", name)], condition)


def page_rule(page, points):
    """A rule on visited pages."""
    domain = [("score_pageview_ids.url", "ilike", page)]
    return Rule(f"Saw {page}", points, domain, page=page)


# Together 1.6 matches a lead: nearly all leads match the first one, as many again are
# spread over the others.
RULES = [
    Rule(
        "Has an e-mail address",
        1,
        [("email_normalized", "!=", False)],
        "lead.email_normalized IS NOT NULL",
    ),
    Rule("Three stars", 2, [("priority", "=", "3")], "lead.priority = '3'"),
    Rule(
        "Manager",
        4,
        [("function", "ilike", "manager")],
        "lead.function ILIKE '%manager%'",
    ),
    Rule("Large", 8, [("expected_revenue", ">", 9500)], "lead.expected_revenue > 9500"),
    Rule(
        "Opportunity", 16, [("type", "=", "opportunity")], "lead.type = 'opportunity'"
    ),
    country_rule("Belgium", 32),
    country_rule("France", 64),
    page_rule("/page-1", 128),  # and page-10 to page-19: one lead in four
    page_rule("/page-33", 256),
    page_rule("/page-47", 512),
]

# A number from 0 to sides - 1, drawn by number and salt.
PICK = """
CREATE FUNCTION pg_temp.pick(number bigint, salt integer, sides integer)
RETURNS integer IMMUTABLE LANGUAGE sql
AS 'SELECT (hashint8(number * 1000 + salt) & 2147483647) % sides'
"""
# The ids to draw from, as arrays.
CHOICES = """
CREATE TEMPORARY TABLE choice AS
SELECT (SELECT array_agg(id ORDER BY id) FROM res_country) AS country,
       (SELECT array_agg(id ORDER BY id) FROM utm_source) AS source,
       (SELECT array_agg(id ORDER BY id) FROM utm_medium) AS medium,
       (SELECT array_agg(id ORDER BY id) FROM crm_lost_reason) AS reason,
       (SELECT array_agg(id ORDER BY id) FROM res_lang
         WHERE code IN ('en_US', 'fr_FR', 'nl_NL', 'de_DE')) AS lang,
       (SELECT array_agg(id ORDER BY sequence) FROM crm_stage
         WHERE is_won IS NOT TRUE) AS open_stage,
       (SELECT min(id) FROM crm_stage WHERE is_won) AS won_stage
"""
# Of a hundred leads, 4 are won and 4 lost. One in twenty has the address of another.
# Those of this run were created in the last six days, in the order of their ids, so
# that core's predictive scoring takes them all.
LEADS = """
INSERT INTO crm_lead (
    id, name, contact_name, partner_name, function, type, priority, color, active,
    won_status, stage_id, lost_reason_id, probability, automated_probability,
    email_from, email_normalized, email_domain_criterion, email_state,
    phone, phone_sanitized, phone_state, city, country_id, lang_id, source_id,
    medium_id, company_id, description, expected_revenue, prorated_revenue,
    date_closed, date_last_stage_update, create_date, write_date, create_uid, write_uid
)
SELECT number,
       'Enquiry ' || number || ' about ' ||
           ('{courses,prices,delivery,support,partnership}'::text[])[
               1 + pg_temp.pick(number, 1, 5)],
       'Enquirer ' || number,
       CASE WHEN pg_temp.pick(number, 2, 10) < 6 THEN 'Company ' || owner / 3 END,
       ('{Owner,Buyer,Engineer,Teacher,Student,Assistant,Consultant}'::text[])[
           1 + pg_temp.pick(number, 3, 7)]
           || CASE WHEN pg_temp.pick(number, 4, 20) = 0 THEN ' and Manager' ELSE '' END,
       CASE WHEN pg_temp.pick(number, 5, 10) = 0 THEN 'opportunity' ELSE 'lead' END,
       CASE WHEN pg_temp.pick(number, 6, 16) = 0 THEN '3'
            ELSE pg_temp.pick(number, 7, 3)::text END,
       0, fate != 'lost', fate,
       CASE WHEN fate = 'won' THEN won_stage
            ELSE open_stage[1 + pg_temp.pick(number, 8, cardinality(open_stage))] END,
       CASE WHEN fate = 'lost'
            THEN reason[1 + pg_temp.pick(number, 9, cardinality(reason))] END,
       chance, chance,
       email, email, domain, CASE WHEN email IS NOT NULL THEN 'correct' END,
       '+32 ' || phone, '+32' || phone,
       CASE WHEN phone IS NOT NULL THEN 'correct' END,
       ('{Namur,Lyon,Utrecht,Bremen,Leeds,Turin,Porto}'::text[])[
           1 + pg_temp.pick(number, 10, 7)],
       country[1 + pg_temp.pick(number, 11, cardinality(country))],
       lang[1 + pg_temp.pick(number, 12, cardinality(lang))],
       source[1 + pg_temp.pick(number, 13, cardinality(source))],
       medium[1 + pg_temp.pick(number, 14, cardinality(medium))],
       1, '<p>What does it cost for ' || pg_temp.pick(number, 15, 90) || ' people?</p>',
       revenue, round(revenue * chance::numeric / 100, 2),
       CASE WHEN fate != 'pending' THEN created END, created, created, created, 1, 1
  FROM choice, LATERAL (
       SELECT number,
              CASE WHEN pg_temp.pick(number, 16, 20) = 0
                   THEN 1 + pg_temp.pick(number, 17, number)
                   ELSE number END AS owner,
              CASE pg_temp.pick(number, 18, 25) WHEN 0 THEN 'won'
                   WHEN 1 THEN 'lost' ELSE 'pending' END AS fate,
              CASE WHEN pg_temp.pick(number, 20, 10) < 6
                   THEN (470000000 + pg_temp.pick(number, 21, 9999999))::text
                   END AS phone,
              pg_temp.pick(number, 22, 10000)::numeric AS revenue,
              now() AT TIME ZONE 'UTC' - interval '6 days'
                  * (1 - (number - %(first)s)::float / (%(last)s + 1 - %(first)s))
                  AS created
         FROM generate_series(%(first)s, %(last)s) number
       ) lead, LATERAL (
       SELECT '@company' || owner %% 4999 || '.example' AS domain,
              CASE fate WHEN 'won' THEN 100 WHEN 'lost' THEN 0 ELSE 10 END AS chance
       ) more, LATERAL (
       SELECT CASE WHEN pg_temp.pick(number, 19, 100) < 97
                   THEN 'enquirer' || owner || domain END AS email
       ) address
 ORDER BY number
"""
# 30 of a hundred leads came by the website.
VISITORS = """
INSERT INTO website_visitor (
    id, access_token, website_id, visit_count, timezone, create_date, write_date,
    last_connection_datetime
)
SELECT number, md5(number::text), (SELECT min(id) FROM website), 2, 'Europe/Brussels',
       moment - interval '14 days', moment - interval '8 days',
       moment - interval '8 days'
  FROM generate_series(%(first)s, %(last)s) number, (
       SELECT now() AT TIME ZONE 'UTC' AS moment) clock
 WHERE pg_temp.pick(number, 30, 10) < 3
"""
LINKS = """
INSERT INTO crm_lead_website_visitor_rel (crm_lead_id, website_visitor_id)
SELECT id, id FROM website_visitor WHERE id BETWEEN %(first)s AND %(last)s
"""
# Seen 8 to 14 days ago, before the visitors told who they were: pages seen within the
# last seven days would be noted in the leads' chatter, which costs more than all that
# is measured here. In the order of the visits, as a website writes them.
TRACKS_OF_VISITORS = """
INSERT INTO website_track (visitor_id, url, visit_datetime)
SELECT visitor.id,
       'https://www.example.com/page-' || pg_temp.pick(number, 32, %(pages)s)
           || CASE WHEN pg_temp.pick(number, 33, 4) = 0
                   THEN '?utm_source=newsletter' ELSE '' END,
       date_trunc('second', now() AT TIME ZONE 'UTC') - interval '14 days'
           + interval '1 second' * pg_temp.pick(number, 34, 6 * 86400) AS moment
  FROM website_visitor visitor, generate_series(1, %(tracks)s) track,
       LATERAL (SELECT visitor.id * 100::bigint + track AS number) drawn
 WHERE visitor.id BETWEEN %(first)s AND %(last)s
 ORDER BY moment, number
"""
SEQUENCES = """
SELECT setval('crm_lead_id_seq', %(last)s), setval('website_visitor_id_seq', %(last)s)
"""


def add_leads(database, first, last):
    """Add the leads numbered ``first`` to ``last``, their visitors and tracks.

    :param database: its name on the server
    """
    numbers = {"first": first, "last": last, "tracks": TRACKS, "pages": PAGES}
    with closing(connect(database)) as connection:
        cursor = connection.cursor()
        cursor.execute("SET jit = off")  # it would compile longer than it runs
        cursor.execute(PICK)
        cursor.execute(CHOICES)
        for statement in (LEADS, VISITORS, LINKS, TRACKS_OF_VISITORS, SEQUENCES):
            cursor.execute(statement, numbers)
