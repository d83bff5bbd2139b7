def migrate(cr, version):
    """Lines of plans are no foreign keys of leads, and know what these were like.

    What is still to be carried out rests on what the leads are like now; the score of
    a lead with duplicates, which is that after the merger, is not compared.
    """
    cr.execute(
        """
        ALTER TABLE crm_assignment_plan_line
            DROP CONSTRAINT IF EXISTS crm_assignment_plan_line_lead_id_fkey,
            DROP CONSTRAINT IF EXISTS crm_assignment_plan_line_duplicate_of_id_fkey,
             ADD COLUMN IF NOT EXISTS lead_score numeric,
             ADD COLUMN IF NOT EXISTS from_team_id integer,
             ADD COLUMN IF NOT EXISTS from_user_id integer
        """
    )
    cr.execute(
        """
        UPDATE crm_assignment_plan_line line
           SET from_team_id = lead.team_id, from_user_id = lead.user_id,
               lead_score = CASE WHEN line.duplicate_of_id IS NULL AND NOT EXISTS (
                   SELECT FROM crm_assignment_plan_line other
                    WHERE other.plan_id = line.plan_id
                      AND other.duplicate_of_id = line.lead_id)
                   THEN line.score END
          FROM crm_lead lead, crm_assignment_plan plan
         WHERE plan.id = line.plan_id AND plan.state != 'done'
           AND lead.id = line.lead_id
        """
    )
