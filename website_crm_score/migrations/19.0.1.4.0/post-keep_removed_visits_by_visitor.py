from odoo.tools import sql

# Of leads of one visitor it is known whose visits they were. Several leads of it had
# the same visits, or those since they were its leads.
OF_ONE_VISITOR = """
    INSERT INTO website_crm_removed_visit
           (visitor_id, url_id, page_id, visit_count, first_date, last_date)
    SELECT link.visitor_id, url_id, max(page_id), max(removed_count),
           min(first_view_date), max(view_date)
      FROM website_crm_pageview known
      JOIN (SELECT crm_lead_id, min(website_visitor_id) AS visitor_id
              FROM crm_lead_website_visitor_rel
             GROUP BY crm_lead_id HAVING count(*) = 1) link
        ON link.crm_lead_id = known.lead_id
     WHERE removed_count > 0
     GROUP BY link.visitor_id, url_id
        ON CONFLICT DO NOTHING
"""
# What is not of those, leads of several visitors have of the visitor that is known by
# the fewest leads, the oldest of these: so that other leads get the least of it.
OF_SEVERAL = """
    WITH link AS (
        SELECT crm_lead_id AS lead_id, website_visitor_id AS visitor_id,
               count(*) OVER (PARTITION BY website_visitor_id) AS lead_count
          FROM crm_lead_website_visitor_rel
    ), known AS (
        SELECT lead_id, url_id, page_id, first_view_date, view_date,
               removed_count - COALESCE((
                   SELECT sum(removed.visit_count)
                     FROM link
                     JOIN website_crm_removed_visit removed USING (visitor_id)
                    WHERE link.lead_id = view.lead_id
                      AND removed.url_id = view.url_id), 0) AS visit_count
          FROM website_crm_pageview view
         WHERE removed_count > 0
    ), chosen AS (
        SELECT DISTINCT ON (lead_id) lead_id, visitor_id
          FROM link ORDER BY lead_id, lead_count, visitor_id
    )
    INSERT INTO website_crm_removed_visit AS removed
           (visitor_id, url_id, page_id, visit_count, first_date, last_date)
    SELECT visitor_id, url_id, max(page_id), max(visit_count), min(first_view_date),
           max(view_date)
      FROM known
      JOIN chosen USING (lead_id)
     WHERE visit_count > 0
     GROUP BY visitor_id, url_id
        ON CONFLICT (visitor_id, url_id) DO UPDATE
       SET visit_count = removed.visit_count + excluded.visit_count,
           first_date = LEAST(removed.first_date, excluded.first_date),
           last_date = GREATEST(removed.last_date, excluded.last_date)
"""


def migrate(cr, version):
    """Removed visits are kept by visitor, and no longer by lead.

    Those of leads without a visitor count no more, as their other visits do not.
    """
    if sql.column_exists(cr, "website_crm_pageview", "removed_count"):
        cr.execute(OF_ONE_VISITOR)
        cr.execute(OF_SEVERAL)
        cr.execute("ALTER TABLE website_crm_pageview DROP COLUMN removed_count")
