"""Mails of newsletters, twenty to a reader, made by SQL, and rules on what became of
them.

All is drawn by hashes of numbers, so that each run and each machine has the same; only
the dates follow the clock.
"""

from .statements import execute, make_rules

ADDON = "website_crm_score_mass_mailing"
MAILS = 20  # of each reader
RULES = {"mail_open": 3, "mail_click": 5, "mail_ignored": -2, "mail_bounce": -10}

LEADS = """
INSERT INTO crm_lead (
    id, name, type, active, won_status, stage_id, probability, automated_probability,
    email_from, email_normalized, company_id, create_date, write_date
)
SELECT number, 'Reader ' || number, 'lead', TRUE, 'pending',
       (SELECT id FROM crm_stage ORDER BY sequence, id LIMIT 1), 10, 10,
       'reader' || number || '@reader.example',
       'reader' || number || '@reader.example', 1,
       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
  FROM generate_series(1, %(last)s) number
"""
# Of a hundred mails 3 bounce and 40 are opened an hour after they were sent, and in 12
# of these a link is clicked then. That is the moment which is drawn.
TRACES = """
INSERT INTO mailing_trace (
    id, trace_type, model, res_id, email, mass_mailing_id, trace_status,
    sent_datetime, open_datetime, links_click_datetime, bounce_datetime, create_date,
    write_date
)
SELECT number, 'mail', 'mailing.contact', reader,
       'reader' || reader || '@reader.example', mailing.id,
       CASE WHEN share < 3 THEN 'bounce' WHEN share < 43 THEN 'open'
            ELSE 'sent' END,
       moment - interval '1 hour',
       CASE WHEN share BETWEEN 3 AND 42 THEN moment END,
       CASE WHEN share BETWEEN 3 AND 14 THEN moment END,
       CASE WHEN share < 3 THEN moment END,
       moment - interval '1 hour', moment
  FROM (SELECT number,
               1 + pg_temp.pick(number, 1, (SELECT count(*)::integer FROM crm_lead))
                   AS reader,
               pg_temp.pick(number, 2, 100) AS share,
               now() AT TIME ZONE 'UTC' - interval '1 day' * (%(youngest)s
                   + (%(oldest)s - %(youngest)s)
                   * (%(last)s - number) / (%(last)s + 1 - %(first)s)) AS moment
          FROM generate_series(%(first)s, %(last)s) number) mail
  JOIN (SELECT max(id) AS id FROM mailing_mailing) mailing ON TRUE
 ORDER BY number
"""
CLICKS = """
INSERT INTO link_tracker_click (
    link_id, mailing_trace_id, mass_mailing_id, create_date, write_date)
SELECT link.id, trace.id, trace.mass_mailing_id, trace.links_click_datetime,
       trace.links_click_datetime
  FROM mailing_trace trace
  JOIN (SELECT max(id) AS id FROM link_tracker) link ON TRUE
 WHERE trace.id BETWEEN %(first)s AND %(last)s
   AND trace.links_click_datetime IS NOT NULL
"""
# A lead and the contact of its mails have the same number.
WRONG = f"""
SELECT count(*)
  FROM crm_lead lead
  LEFT JOIN (
       SELECT res_id AS lead_id,
              sum(CASE trace_status
                  WHEN 'bounce' THEN {RULES["mail_bounce"]}
                  WHEN 'open' THEN {RULES["mail_open"]}
                  ELSE CASE WHEN sent_datetime < now() AT TIME ZONE 'UTC'
                                                 - interval '30 days'
                            THEN {RULES["mail_ignored"]} ELSE 0 END END
                  + CASE WHEN links_click_datetime IS NULL THEN 0
                         ELSE {RULES["mail_click"]} END) AS score
         FROM mailing_trace
        GROUP BY 1) recount ON recount.lead_id = lead.id
 WHERE lead.score != COALESCE(recount.score, 0)
"""


def prepare(env):
    """Make a newsletter with a link, and rules; a worker's, see :mod:`workers`."""
    env["mailing.mailing"].create(
        {
            "subject": "News",
            "mailing_model_id": env["ir.model"]._get_id("mailing.list"),
        }
    )
    env["link.tracker"].create({"url": "https://reader.example/prices"})
    make_rules(env, RULES)
    env.cr.commit()


def add_owners(database, size):
    """Add the leads who get so many mails.

    :param database: its name on the server
    """
    execute(database, (LEADS,), {"last": max(size // MAILS, 1)})


def add_events(database, first, last, days):
    """Add the mails numbered ``first`` to ``last``, oldest first.

    :param database: its name on the server
    :param tuple days: how long ago the oldest and the youngest are
    """
    oldest, youngest = days
    numbers = {"first": first, "last": last, "oldest": oldest, "youngest": youngest}
    execute(database, (TRACES, CLICKS), numbers)
