"""The limit: what somebody who knows PostgreSQL would write by hand.

Only ``crm_lead.score`` is written, as a plain column: no ledger, no new leads to be
told from others, no names to be resolved, nobody else to be minded. Each function is
a worker's, see :mod:`workers`; ``_env`` is None.
"""

from contextlib import closing

from databases import connect
from measure import Meter

from .workload import RULES

# Updates in this many committed parts, of leads from everywhere: each part leaves
# dead rows in every page, whose room the next part uses for its own (HOT updates).
CHUNKS = 24
# For large statements on data in memory: compiling them costs more than it saves, and
# looking up the few leads of a part by their ids beats reading all of them again.
SETTINGS = "SET work_mem = '64MB'; SET jit = off; SET random_page_cost = 1.1"

# In plain Odoo, which has no such column; our addon adds it in the same way.
SCORE_COLUMN = "ALTER TABLE crm_lead ADD COLUMN score numeric NOT NULL DEFAULT 0"
PAGE_TABLES = [
    "CREATE TABLE limit_url (id serial PRIMARY KEY, url text UNIQUE)",
    "CREATE TABLE limit_seen (lead_id integer NOT NULL, url_id integer NOT NULL)",
]
URL = "split_part(split_part(track.url, '#', 1), '?', 1)"
SEEN = """
FROM crm_lead_website_visitor_rel link
JOIN website_track track ON track.visitor_id = link.website_visitor_id
WHERE link.crm_lead_id > %(after)s
"""
ADD_URLS = f"""
INSERT INTO limit_url (url) SELECT DISTINCT {URL} {SEEN} ON CONFLICT DO NOTHING
"""
ADD_SEEN = f"""
INSERT INTO limit_seen (lead_id, url_id)
SELECT DISTINCT seen.lead_id, entry.id
  FROM (SELECT link.crm_lead_id AS lead_id, {URL} AS url {SEEN}) seen
  JOIN limit_url entry USING (url)
"""
INDEX_SEEN = [
    "ALTER TABLE limit_seen ADD PRIMARY KEY (lead_id, url_id)",
    "CREATE INDEX ON limit_seen (url_id, lead_id)",
]
LEDGER = [
    "CREATE TABLE limit_rule (id integer PRIMARY KEY, points numeric NOT NULL)",
    """CREATE TABLE limit_line (
        id serial PRIMARY KEY,
        lead_id integer NOT NULL REFERENCES crm_lead ON DELETE CASCADE,
        rule_id integer NOT NULL REFERENCES limit_rule ON DELETE CASCADE,
        event_count integer NOT NULL,
        points numeric NOT NULL,
        first_date timestamp NOT NULL,
        last_date timestamp NOT NULL
    )""",
    "CREATE UNIQUE INDEX ON limit_line (lead_id, rule_id)",
    "CREATE INDEX ON limit_line (rule_id)",
    "INSERT INTO limit_rule VALUES "
    + ", ".join(f"({rule.points}, {rule.points})" for rule in RULES),
]


def points_of_lead():
    """The SQL of what a lead gets by itself."""
    rules = [rule for rule in RULES if rule.condition]
    terms = [
        f"CASE WHEN {rule.condition} THEN {rule.points} ELSE 0 END" for rule in rules
    ]
    return " + ".join(terms)


def points_of_pages(scope):
    """The SQL of what leads get for the pages that they saw; each url is matched once.

    :param str scope: a condition on ``seen.lead_id``
    """
    rules = [rule for rule in RULES if rule.page]
    columns, terms = [], []
    for number, rule in enumerate(rules):
        columns.append(f"url ILIKE '%{rule.page}%' AS hit_{number}")
        terms.append(f"{rule.points} * max(hit_{number}::int)")
    hit = " OR ".join(f"hit_{number}" for number in range(len(rules)))
    return f"""
        SELECT seen.lead_id, {" + ".join(terms)} AS points
          FROM (SELECT id, {", ".join(columns)} FROM limit_url) url
          JOIN limit_seen seen ON seen.url_id = url.id
         WHERE ({hit}) AND {scope}
         GROUP BY seen.lead_id
    """


def differing_scores(after=0):
    """The SQL of ``(id, score)`` of the open leads that have another score.

    :param int after: the id of the last lead that needs no look
    """
    score = f"{points_of_lead()} + COALESCE(page.points, 0)"
    return f"""
        SELECT lead.id, {score} AS score
          FROM crm_lead lead
     LEFT JOIN ({points_of_pages(f"seen.lead_id > {after}")}) page
            ON page.lead_id = lead.id
         WHERE lead.active AND lead.won_status = 'pending' AND lead.id > {after}
           AND lead.score != {score}
    """


def prepare(_env, database):
    """Add the column and the page views, untimed."""
    with closing(connect(database)) as connection:
        cursor = connection.cursor()
        for statement in [SETTINGS, SCORE_COLUMN, *PAGE_TABLES]:
            cursor.execute(statement)
        add_pages(cursor, 0)
        for statement in [*INDEX_SEEN, *LEDGER]:
            cursor.execute(statement)


def add_pages(cursor, after):
    """Add what leads behind the id ``after`` saw."""
    for statement in (ADD_URLS, ADD_SEEN):
        cursor.execute(statement, {"after": after})


def measured(database, work):
    """Return the measures of ``work(cursor)`` on an open connection."""
    with closing(connect(database)) as connection:
        cursor = connection.cursor()
        cursor.execute(SETTINGS)
        with Meter() as meter:
            work(cursor)
    return {"seconds": meter.result["seconds"]}


def score_in_chunks(_env, database, chunks=CHUNKS, ledger=False):
    """Compute the scores once, write them in chunks, each one committed.

    :param bool ledger: whether to write a row for each lead and rule as well
    """
    return measured(database, lambda cursor: _write_chunks(cursor, chunks, ledger))


def _write_chunks(cursor, chunks, ledger):
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE target AS
        SELECT id % {chunks} AS chunk, id, score
          FROM ({differing_scores()}) differing ORDER BY chunk, id
        """
    )
    cursor.execute("CREATE INDEX ON target (chunk)")
    cursor.execute("ANALYZE target")
    for chunk in range(chunks):
        cursor.execute("BEGIN")
        cursor.execute(
            """
            UPDATE crm_lead lead SET score = target.score FROM target
             WHERE target.chunk = %s AND lead.id = target.id
            """,
            [chunk],
        )
        if ledger:
            _write_lines(cursor, chunk)
        cursor.execute("COMMIT")


def _write_lines(cursor, chunk):
    # A score tells which rules gave it, see workload.Rule.
    cursor.execute(
        """
        INSERT INTO limit_line
               (lead_id, rule_id, event_count, points, first_date, last_date)
        SELECT target.id, rule.id, 1, rule.points, moment, moment
          FROM target JOIN limit_rule rule ON target.score & rule.id != 0,
               (SELECT now() AT TIME ZONE 'UTC' AS moment) clock
         WHERE target.chunk = %s
        """,
        [chunk],
    )


def score_in_one_statement(_env, database):
    """The same in one UPDATE; nothing is written where nothing differs."""
    statement = f"""
        UPDATE crm_lead target SET score = differing.score
          FROM ({differing_scores()}) differing WHERE differing.id = target.id
    """
    return measured(database, lambda cursor: cursor.execute(statement))


def score_unchanged(_env, database):
    """Evaluate all open leads; write what differs, that is nothing."""
    return score_in_chunks(None, database, chunks=1)


def score_new(_env, database, after):
    """Add the page views of the leads behind the id ``after``, and score these."""
    statement = f"""
        UPDATE crm_lead target SET score = differing.score
          FROM ({differing_scores(after)}) differing WHERE differing.id = target.id
    """

    def work(cursor):
        add_pages(cursor, after)
        cursor.execute(statement)

    return measured(database, work)


def derive_pages(_env, database):
    """Fill our addon's own tables of page views by hand, on a database that has them.

    The same rows in the same shape: the limit of the case ``pageviews``.
    """

    def work(cursor):
        cursor.execute("BEGIN")
        cursor.execute(
            f"""
            INSERT INTO website_crm_url (url)
            SELECT DISTINCT {URL} {SEEN}
            """,
            {"after": 0},
        )
        cursor.execute(
            f"""
            INSERT INTO website_crm_pageview
                   (lead_id, url_id, page_id, view_count, first_view_date, view_date)
            SELECT seen.lead_id, entry.id, max(seen.page_id), count(*),
                   min(seen.visit_datetime), max(seen.visit_datetime)
              FROM (SELECT link.crm_lead_id AS lead_id, {URL} AS url, track.page_id,
                           track.visit_datetime {SEEN}) seen
              JOIN website_crm_url entry USING (url)
             GROUP BY seen.lead_id, entry.id
            """,
            {"after": 0},
        )
        cursor.execute("COMMIT")

    return measured(database, work)
