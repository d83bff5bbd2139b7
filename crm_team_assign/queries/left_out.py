"""Lines of a plan are left out, since what they rest on has changed."""

from odoo.tools import SQL

from ..planning.reasons import CONTACTED, DUPLICATE, FAILED
from .plan_lines import execute

# Whether the lead of a line is as it was when that was made; else what has changed
EXACT = SQL(
    """
    CASE WHEN lead.id IS NULL THEN 'gone'
         WHEN line.outcome = 'merge' AND line.duplicate_of_id IS NULL
         THEN 'duplicate'
         WHEN NOT lead.active OR lead.won_status != 'pending' THEN 'closed'
         WHEN lead.user_id IS DISTINCT FROM line.from_user_id THEN 'owned'
         WHEN lead.team_id IS DISTINCT FROM line.from_team_id THEN 'team'
         WHEN lead.company_id IS DISTINCT FROM line.company_id THEN 'company'
         WHEN lead.score != line.lead_score THEN 'score' END
    """
)
# Whether the lead is free for what is planned; else why not
FREE = SQL(
    """
    CASE WHEN lead.id IS NULL THEN 'gone'
         WHEN NOT lead.active OR lead.won_status != 'pending' THEN 'closed'
         WHEN lead.user_id IS DISTINCT FROM line.from_user_id THEN 'owned'
         WHEN lead.team_id != line.team_id THEN 'team' END
    """
)


def leave_out_changed(plan, lead_ids=None):
    """Leave out the leads that changed since they were planned, and what would have
    been merged with these.

    :param list[int] lead_ids: look at these alone; by default at all
    """
    chosen = SQL("TRUE")
    if lead_ids is not None:
        chosen = SQL("line.lead_id = ANY(%s)", lead_ids)
    _leave_out(
        plan,
        """
        SELECT id, reason
          FROM (SELECT line.id, %(reason)s AS reason
                  FROM crm_assignment_plan_line line
             LEFT JOIN crm_lead lead ON lead.id = line.lead_id
                 WHERE line.plan_id = %(plan_id)s AND %(chosen)s
                   AND (line.state = 'planned' OR EXISTS (
                       -- what others are to be merged into
                       SELECT FROM crm_assignment_plan_line other
                        WHERE other.plan_id = line.plan_id
                          AND other.duplicate_of_id = line.lead_id
                          AND other.state = 'planned'))) line
         WHERE reason IS NOT NULL
        """,
        plan_id=plan.id,
        reason=EXACT,
        chosen=chosen,
    )
    _leave_out_mergers(plan)


def _leave_out_mergers(plan):
    """Leave out what would have been merged with what is left out."""
    _leave_out(
        plan,
        """
        -- once, not for each line
        WITH changed AS MATERIALIZED (
            SELECT COALESCE(duplicate_of_id, lead_id) AS head_id
              FROM crm_assignment_plan_line
             WHERE plan_id = %(plan_id)s AND state = 'left_out'
        )
        SELECT line.id, %(reason)s AS reason
          FROM crm_assignment_plan_line line
         WHERE line.plan_id = %(plan_id)s AND line.state = 'planned'
           AND COALESCE(line.duplicate_of_id, line.lead_id) IN (
               SELECT head_id FROM changed)
        """,
        plan_id=plan.id,
        reason=DUPLICATE,
    )


def leave_out_obstacles(plan, obstacles):
    """Leave out leads that are no longer what teams and salespeople take.

    :param dict[int, str] obstacles: reasons by id of the lead
    """
    if obstacles:
        _leave_out(
            plan,
            """
            SELECT line.id, found.reason
              FROM crm_assignment_plan_line line
              JOIN unnest(%s::int[], %s::text[]) AS found (lead_id, reason)
             USING (lead_id)
             WHERE line.plan_id = %s AND line.state = 'planned'
            """,
            list(obstacles),
            list(obstacles.values()),
            plan.id,
        )


def leave_out_contacted(plan, lead_ids):
    """Leave out leads that were to be taken back from somebody who has got in touch."""
    _leave_out(
        plan,
        """
        SELECT line.id, %s AS reason
          FROM crm_assignment_plan_line line
         WHERE line.plan_id = %s AND line.state = 'planned'
           AND line.outcome = 'member' AND line.from_user_id IS NOT NULL
           AND line.lead_id = ANY(%s)
           AND NOT EXISTS (
               SELECT FROM crm_assignment_handover handover
                WHERE handover.lead_id = line.lead_id
                  AND handover.user_id = line.from_user_id
                  AND handover.end_date IS NULL
                  AND handover.first_contact_date IS NULL)
        """,
        CONTACTED,
        plan.id,
        lead_ids,
    )


def leave_out_beyond(plan, quotas):
    """Leave out what salespeople have no room for any more.

    :param dict[int, int] quotas: how many leads members can take, by id
    """
    _leave_out(
        plan,
        """
        SELECT ranked.id, 'full' AS reason
          FROM (SELECT id, member_id, row_number() OVER (
                       PARTITION BY member_id ORDER BY sequence) AS place
                  FROM crm_assignment_plan_line
                 WHERE plan_id = %s AND state = 'planned'
                   AND outcome = 'member') AS ranked
     LEFT JOIN unnest(%s::int[], %s::bigint[]) AS quota (member_id, room)
         USING (member_id)
         WHERE ranked.place > COALESCE(quota.room, 0)
        """,
        plan.id,
        list(quotas),
        list(quotas.values()),
    )


def leave_out_rest(plan, lead_ids):
    """Leave out those of the leads that a batch did nothing for."""
    _leave_out(
        plan,
        """
        SELECT line.id, COALESCE(%s, %s) AS reason
          FROM crm_assignment_plan_line line
     LEFT JOIN crm_lead lead ON lead.id = line.lead_id
         WHERE line.plan_id = %s AND line.state = 'planned'
           AND line.lead_id = ANY(%s)
        """,
        FREE,
        FAILED,
        plan.id,
        lead_ids,
    )


def _leave_out(plan, query, *args, **kwargs):
    """Leave out lines, and note what their leads are like by now.

    :param str query: the SQL that finds them: ``id`` and ``reason``
    """
    execute(
        plan.env,
        """
        UPDATE crm_assignment_plan_line line
           SET state = 'left_out', left_reason = found.reason,
               now_score = lead.score, now_team_id = lead.team_id,
               now_user_id = lead.user_id, now_plan_id = (
                   SELECT max(other.plan_id)
                     FROM crm_assignment_plan_line other
                    WHERE other.lead_id = line.lead_id
                      AND other.plan_id != line.plan_id
                      AND other.state = 'done'
                      AND other.team_id = lead.team_id
                      AND other.user_id IS NOT DISTINCT FROM lead.user_id)
          FROM (%s) AS found
          JOIN crm_assignment_plan_line this USING (id)
     LEFT JOIN crm_lead lead ON lead.id = this.lead_id
         WHERE found.id = line.id
        """,
        SQL(query, *args, **kwargs),
    )
