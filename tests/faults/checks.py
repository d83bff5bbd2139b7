"""What must hold in a database, told in SQL that owes nothing to the engine."""

# What the rules of the template say, in SQL that owes nothing to the engine.
EXPECTED = """
CREATE VIEW expected_line AS
SELECT lead.id AS lead_id, rule.id AS rule_id, rule.value AS points,
       lead.score_date IS NOT NULL AS is_scored
  FROM crm_lead lead
  JOIN website_crm_score rule
    ON rule.active AND CASE rule.name->>'en_US'
       WHEN 'Hot' THEN lead.description LIKE '%Hot%'
       WHEN 'Urgent' THEN lead.priority = '3'
       WHEN 'Pricing' THEN EXISTS (
            SELECT FROM website_crm_pageview view
              JOIN website_crm_url entry ON entry.id = view.url_id
             WHERE view.lead_id = lead.id AND entry.url LIKE '%/pricing')
       ELSE TRUE END
 WHERE lead.active;
CREATE VIEW expected_view AS
SELECT link.crm_lead_id AS lead_id, track.url, count(*) AS view_count
  FROM crm_lead_website_visitor_rel link
  JOIN website_track track ON track.visitor_id = link.website_visitor_id
 GROUP BY 1, 2;
"""

# Who is asked for has all of its reasons; who was not scored yet has none.
WRONG_LINES = """
WITH expected AS (
    SELECT lead_id, rule_id, points FROM expected_line
     WHERE is_scored OR NOT %(only_scored)s
), actual AS (
    SELECT lead_id, rule_id, points FROM website_crm_score_line
)
(SELECT 'missing' AS wrong, * FROM expected
 EXCEPT SELECT 'missing', * FROM actual LIMIT 5)
UNION ALL
(SELECT 'unfounded', * FROM actual WHERE points != 0
 EXCEPT SELECT 'unfounded', * FROM expected LIMIT 5)
"""
WRONG_SCORES = """
SELECT lead.id, lead.score, COALESCE(ledger.points, 0)
  FROM crm_lead lead
  LEFT JOIN (SELECT lead_id, sum(points) AS points
               FROM website_crm_score_line GROUP BY 1) ledger
    ON ledger.lead_id = lead.id
 WHERE lead.score IS DISTINCT FROM COALESCE(ledger.points, 0)
 LIMIT 5
"""
# The two parts of a score; nobody has set a largest value of them.
WRONG_PARTS = """
SELECT lead.id, lead.score_fit, lead.score_engagement, ledger.*
  FROM crm_lead lead
  LEFT JOIN (SELECT lead_id,
                    sum(points) FILTER (WHERE category = 'fit') AS fit,
                    sum(points) FILTER (WHERE category = 'engagement') AS engagement
               FROM website_crm_score_line line
               JOIN website_crm_score rule ON rule.id = line.rule_id
              GROUP BY 1) ledger
    ON ledger.lead_id = lead.id
 WHERE lead.score_fit != COALESCE(ledger.fit, 0)
    OR lead.score_engagement != COALESCE(ledger.engagement, 0)
    OR (lead.score_grade IS NULL) != (lead.score_date IS NULL)
 LIMIT 5
"""
# Of visitors that were deleted, page views may be kept.
WRONG_VIEWS = """
SELECT expected.*, view.view_count
  FROM expected_view expected
  LEFT JOIN (SELECT view.lead_id, entry.url, sum(view.view_count) AS view_count
               FROM website_crm_pageview view
               JOIN website_crm_url entry ON entry.id = view.url_id
              GROUP BY 1, 2) view USING (lead_id, url)
 WHERE expected.view_count IS DISTINCT FROM view.view_count
 LIMIT 5
"""
REPEATED = {
    "ledger lines": """
        SELECT lead_id, rule_id FROM website_crm_score_line
         GROUP BY 1, 2 HAVING count(*) > 1 LIMIT 5""",
    "page views": """
        SELECT lead_id, url_id FROM website_crm_pageview
         GROUP BY 1, 2 HAVING count(*) > 1 LIMIT 5""",
    "notes in the chatter": """
        SELECT res_id, subject, body FROM mail_message WHERE model = 'crm.lead'
         GROUP BY 1, 2, 3 HAVING count(*) > 1 LIMIT 5""",
}
# In which a run keeps what it found, until it is written.
WORKLISTS = """
SELECT relname FROM pg_class
 WHERE relname LIKE 'website_crm_score%' AND relkind = 'r' AND relpersistence = 'u'
"""


def check_invariant(database):
    """Each score is the sum of its reasons, and so are its parts; nothing is there
    twice."""
    assert database.rows(WRONG_SCORES) == [], "lead, score, sum of its ledger lines"
    assert database.rows(WRONG_PARTS) == [], "lead, its fit and engagement, and sums"
    for what, query in REPEATED.items():
        assert database.rows(query) == [], f"repeated {what}"


def check_whole_batches(database):
    """Leads are either scored by all rules, or not at all."""
    check_invariant(database)
    assert database.rows(WRONG_LINES, only_scored=True) == []


def check_finished(database):
    """All leads are scored by all rules, and no job failed or left tables behind."""
    check_invariant(database)
    assert database.count_unscored() == 0
    assert database.rows(WRONG_VIEWS) == [], "lead, url, visits, views"
    assert database.rows(WRONG_LINES, only_scored=False) == []
    assert database.rows("SELECT id FROM ir_cron WHERE failure_count > 0") == []
    assert database.rows(WORKLISTS) == []
