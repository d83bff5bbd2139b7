def migrate(cr, version):
    """What plans that are kept gave to salespeople are handovers.

    Which of them have ended, and first contacts, are derived as of all others.
    """
    cr.execute(
        """
        INSERT INTO crm_assignment_handover (
            lead_id, team_id, user_id, company_id, plan_id, date, score, grade,
            end_date)
        SELECT lead.id, line.team_id, line.user_id, lead.company_id, plan.id,
               given.date, line.score, lead.score_grade,
               lead(given.date) OVER (PARTITION BY lead.id ORDER BY plan.id)
          FROM crm_assignment_plan_line line
          JOIN crm_assignment_plan plan ON plan.id = line.plan_id
          JOIN crm_lead lead ON lead.id = line.lead_id
    CROSS JOIN LATERAL (
               SELECT date_trunc('second', COALESCE(
                      CASE WHEN lead.user_id = line.user_id THEN lead.date_open END,
                      plan.done_date, plan.create_date)) AS date) AS given
         WHERE line.state = 'done' AND line.outcome = 'member'
           AND line.user_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM crm_assignment_handover)
        """
    )
