"""What became of leads that were handed over, derived many at once."""

from odoo import fields
from odoo.tools import SQL

from .plan_lines import execute


def begin(plan, lead_ids):
    """Note that a plan gave leads to salespeople, which ends the handovers before."""
    execute(
        plan.env,
        """
        UPDATE crm_assignment_handover handover
           SET end_date = %(now)s,
               taken_back_date = (
                SELECT max(%(now)s::timestamp)
                  FROM crm_assignment_plan_line line
                 WHERE line.plan_id = %(plan_id)s AND line.state = 'done'
                   AND line.lead_id = handover.lead_id
                   AND line.from_user_id = handover.user_id)
         WHERE handover.end_date IS NULL AND handover.lead_id = ANY(%(ids)s)
           -- as a join, all handovers are read for each line until they are counted
           AND handover.lead_id = ANY(ARRAY(
                SELECT line.lead_id
                  FROM crm_assignment_plan_line line
                 WHERE line.plan_id = %(plan_id)s AND line.lead_id = ANY(%(ids)s)
                   AND line.state = 'done' AND line.user_id IS NOT NULL));
        INSERT INTO crm_assignment_handover (
            lead_id, team_id, user_id, company_id, plan_id, date, score, grade)
        SELECT lead.id, line.team_id, lead.user_id, lead.company_id, line.plan_id,
               %(now)s, line.score, lead.score_grade
          FROM crm_assignment_plan_line line
          JOIN crm_lead lead ON lead.id = line.lead_id
         WHERE line.plan_id = %(plan_id)s AND line.lead_id = ANY(%(ids)s)
           AND line.state = 'done' AND line.user_id IS NOT NULL
           -- as an index has it, all leads with a user are read for each line
           AND (lead.user_id IS NULL) IS FALSE
        """,
        now=fields.Datetime.now(),
        plan_id=plan.id,
        ids=list(lead_ids),
    )


def forget_leads(leads):
    """Have no handover point to leads that are deleted."""
    if leads:
        execute(
            leads.env,
            """
            UPDATE crm_assignment_handover
               SET lead_id = NULL, end_date = COALESCE(end_date, %s)
             WHERE lead_id = ANY(%s)
            """,
            fields.Datetime.now(),
            leads.ids,
        )


def note_ends(env, leads=None):
    """Note which handovers have ended: of leads that are no longer open or no longer
    theirs; of leads that were merged, all but the first.

    :param crm.lead leads: of these alone; by default of all
    """
    execute(
        env,
        """
        UPDATE crm_assignment_handover handover
           SET end_date = %s
         WHERE handover.end_date IS NULL AND %s
           AND (NOT EXISTS (
                SELECT FROM crm_lead lead
                 WHERE lead.id = handover.lead_id
                   AND lead.user_id = handover.user_id
                   AND lead.active AND lead.won_status = 'pending')
             OR EXISTS (
                SELECT FROM crm_assignment_handover other
                 WHERE other.lead_id = handover.lead_id
                   AND other.user_id = handover.user_id
                   AND other.end_date IS NULL
                   AND (other.date, other.id) < (handover.date, handover.id)))
        """,
        fields.Datetime.now(),
        choose(leads),
    )


def choose(leads):
    """Return the condition that a row ``handover`` is of ``leads``, None of any."""
    if leads is None:
        return SQL("TRUE")
    return SQL("handover.lead_id = ANY(%s)", leads.ids)
