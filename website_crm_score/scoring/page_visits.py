"""What the visitors of leads saw, from which page views are derived, in SQL."""

from datetime import datetime
from functools import partial

from odoo.tools import SQL


def get_visits_sql(leads):
    """Return the query of the visits of ``leads`` that count: the tracks of their
    visitors, and those that were removed.

    :rtype: SQL
    """
    env = leads.env
    is_counted = env["website.crm.score.visits"]._get_is_counted_sql
    is_of_lead = partial(
        env["website"]._get_is_of_owner_sql, leads, SQL("link.crm_lead_id")
    )
    return SQL(
        """
        SELECT link.crm_lead_id AS lead_id, %(url)s AS url, track.page_id,
               1 AS view_count, track.visit_datetime AS first_view_date,
               track.visit_datetime AS view_date
          FROM crm_lead_website_visitor_rel link
          JOIN website_track track ON track.visitor_id = link.website_visitor_id
          JOIN website_visitor visitor ON visitor.id = track.visitor_id
         WHERE link.crm_lead_id IN %(lead_ids)s AND track.url > ''
           AND %(is_track_counted)s AND %(is_track_of_lead)s
     UNION ALL
        SELECT link.crm_lead_id, entry.url, removed.page_id,
               removed.visit_count, removed.first_date, removed.last_date
          FROM crm_lead_website_visitor_rel link
          JOIN website_crm_removed_visit removed
            ON removed.visitor_id = link.website_visitor_id
          JOIN website_crm_url entry ON entry.id = removed.url_id
          JOIN website_visitor visitor ON visitor.id = removed.visitor_id
         WHERE link.crm_lead_id IN %(lead_ids)s
           AND %(is_removed_counted)s AND %(is_removed_of_lead)s
        """,
        url=env["website.crm.url"]._normalized_sql(SQL("track.url")),
        lead_ids=tuple(leads.ids),
        is_track_counted=is_counted(SQL("track.visit_datetime")),
        is_track_of_lead=is_of_lead(SQL("track.url"), SQL("track.page_id")),
        is_removed_counted=is_counted(SQL("removed.first_date")),
        is_removed_of_lead=is_of_lead(SQL("entry.url"), SQL("removed.page_id")),
    )


def get_is_kept_sql(leads):
    """Return the condition that ``known``, a page view of the url ``entry``, is of a
    website of the company of its lead.

    :rtype: SQL
    """
    return leads.env["website"]._get_is_of_owner_sql(
        leads,
        SQL("known.lead_id"),
        SQL("entry.url"),
        SQL("known.page_id"),
        SQL("NULL::integer"),
    )


def count_pages_seen(leads):
    """Return ``{lead id: number of different urls seen}``, up to this moment.

    Counts what the page views have and what the visits add to it, so that looking at a
    lead needs no write to be right: it is what the list of them shows, which are first
    brought up to date, see ``website.crm.pageview._sync``.
    """
    if not leads.ids:
        return {}
    leads.env.flush_all()
    query = SQL(
        """
        SELECT lead_id, count(*) FROM (
            SELECT known.lead_id, entry.url
              FROM website_crm_pageview known
              JOIN website_crm_url entry ON entry.id = known.url_id
             WHERE known.lead_id IN %s AND %s
             UNION
            SELECT lead_id, url FROM (%s) visit
        ) seen GROUP BY lead_id
        """,
        tuple(leads.ids),
        get_is_kept_sql(leads),
        get_visits_sql(leads),
    )
    return dict(leads.env.execute_query(query))


def collect_visits(leads):
    """Return a temporary table of what the visitors of ``leads`` saw, a row per lead
    and url.

    :rtype: SQL
    """
    table = SQL.identifier("website_crm_score_visits")
    leads.env.cr.execute(
        SQL(
            """
            CREATE TEMPORARY TABLE %(table)s AS
            SELECT lead_id, url, max(page_id) AS page_id,
                   sum(view_count) AS view_count,
                   min(first_view_date) AS first_view_date,
                   max(view_date) AS view_date
              FROM (%(visits)s) visit
             GROUP BY 1, 2
            """,
            table=table,
            visits=get_visits_sql(leads),
        )
    )
    leads.env.cr.execute(SQL("ANALYZE %s", table))
    return table


def find_stale_lead_ids(progress):
    """Return the ids of leads whose page views are stale: with tracks that were added
    since the job was caught up, or with other visitors.

    :param models.BaseModel progress: what the job is caught up to
    """
    env = progress.env
    env.flush_all()
    query = SQL(
        """
        SELECT id FROM crm_lead WHERE pageviews_stale IS TRUE
         UNION %s
         ORDER BY 1
        """,
        _get_recent_sql(progress),
    )
    rows = env.execute_query(query)
    last_id = progress.pass_lead_id if env["ir.cron"]._is_job() else 0
    return [id_ for (id_,) in rows if id_ > last_id]


def _get_recent_sql(progress):
    """Return the query of the leads with tracks that were added since."""
    return SQL(
        """
        SELECT link.crm_lead_id
          FROM website_track track
          JOIN crm_lead_website_visitor_rel link
            ON link.website_visitor_id = track.visitor_id
         WHERE (track.visit_datetime >= %s OR track.id > %s)
        """,
        progress.pageviews_date or datetime.min,
        progress.pageviews_track_id,
    )


def find_late_lead_ids(progress):
    """Return the ids of leads with visits that are not in their page views, since they
    were committed after these were derived."""
    env = progress.env
    query = SQL(
        "%s AND %s",
        _get_recent_sql(progress),
        progress._get_unseen_sql(SQL("track")),
    )
    unseen = env.execute_query(query)
    leads = env["crm.lead"].browse({lead_id for (lead_id,) in unseen})
    if not leads:
        return []
    query = SQL(
        """
        SELECT DISTINCT visit.lead_id
          FROM (SELECT lead_id, url, sum(view_count) AS view_count
                  FROM (%s) visit GROUP BY lead_id, url) visit
     LEFT JOIN website_crm_url entry ON md5(entry.url) = md5(visit.url)
     LEFT JOIN website_crm_pageview known
            ON known.lead_id = visit.lead_id AND known.url_id = entry.id
         WHERE COALESCE(known.view_count, 0) < visit.view_count
        """,
        get_visits_sql(leads),
    )
    return [lead_id for (lead_id,) in env.execute_query(query)]
