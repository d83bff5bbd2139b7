"""The lines of a plan: added, read and noted many at once."""

from odoo.tools import SQL

LINE = "crm.assignment.plan.line"
HANDOVER = "crm.assignment.handover"


def execute(env, statement, *args, **kwargs):
    """Execute an SQL statement that writes lines of plans, or handovers."""
    env.flush_all()
    env.cr.execute(SQL(statement, *args, **kwargs))
    for model in ("crm.assignment.plan", LINE, HANDOVER):
        env[model].invalidate_model(flush=False)


def insert(plan, draft, outcomes):
    """Add lines to a plan, with what is known of their leads at this moment.

    :param Draft draft: has the facts of the leads
    :param outcomes: what is to become of them
    """
    kinds = {}  # what many lines have alike, with a number: there are fewer
    rows = [
        (
            outcome.lead_id,
            draft.get_score(outcome.lead_id),
            draft.get_hours(outcome.lead_id),
            kinds.setdefault(_get_kind(draft, outcome), len(kinds) + 1),
        )
        for outcome in draft.sort(outcomes)
    ]
    if rows:
        columns = map(_to_array, zip(*rows, strict=True))
        _insert(plan, columns, map(list, zip(*kinds, strict=True)))


def _to_array(numbers):
    """Return numbers as PostgreSQL writes an array: as a list, each of them would be a
    constant to adapt and to parse, which takes longer than all that is done with it."""
    items = ("NULL" if number is None else str(number) for number in numbers)
    return "{" + ",".join(items) + "}"


def _get_kind(draft, outcome):
    return (
        outcome.team,
        outcome.member,
        outcome.head_id,
        outcome.user,
        draft.get_kind(outcome),
        outcome.reason,
        *outcome.place,
        outcome.has_filter,
        draft.number_sharing(outcome),
    )


def _insert(plan, columns, kinds):
    execute(
        plan.env,
        """
        INSERT INTO crm_assignment_plan_line (
            plan_id, sequence, lead_id, name, company_id, lead_score,
            from_team_id, from_user_id, score, outcome, reason, team_id,
            minimum, member_id, user_id, duplicate_of_id, idle_hours, turn,
            turn_count, has_filter, sharing, state)
        SELECT %s, row.number, lead.id, lead.name, lead.company_id, lead.score,
               lead.team_id, lead.user_id, COALESCE(row.score, lead.score),
               kind.outcome, kind.reason, team.id, team.min_for_assign,
               member.id, COALESCE(member.user_id, kind.user_id), kind.head_id,
               row.hours, kind.turn, kind.turn_count, kind.has_filter,
               kind.sharing,
               CASE WHEN kind.outcome != 'none' THEN 'planned' END
          FROM unnest(%s::int[], %s::numeric[], %s::numeric[], %s::int[])
               WITH ORDINALITY
               AS row (lead_id, score, hours, kind, number)
          JOIN unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::text[],
                      %s::text[], %s::int[], %s::int[], %s::bool[], %s::int[])
               WITH ORDINALITY
               AS kind (team_id, member_id, head_id, user_id, outcome, reason,
                        turn, turn_count, has_filter, sharing, number)
            ON kind.number = row.kind
          JOIN crm_lead lead ON lead.id = row.lead_id
     LEFT JOIN crm_team team ON team.id = kind.team_id
     LEFT JOIN crm_team_member member ON member.id = kind.member_id
        """,
        plan.id,
        *columns,
        *kinds,
    )


def forget_leads(leads):
    """Have no line point to leads that are deleted."""
    if not leads:
        return
    execute(
        leads.env,
        """
        UPDATE crm_assignment_plan_line
           SET lead_id = CASE WHEN lead_id = ANY(%(ids)s) THEN NULL ELSE lead_id END,
               duplicate_of_id = CASE WHEN duplicate_of_id = ANY(%(ids)s) THEN NULL
                                      ELSE duplicate_of_id END
         WHERE lead_id = ANY(%(ids)s) OR duplicate_of_id = ANY(%(ids)s)
        """,
        ids=leads.ids,
    )


# MERGERS


def get_groups(plan, state="planned"):
    """Return the ids of the duplicates that are to be merged, group by group, each
    with the one that is to be left first."""
    domain = [("plan_id", "=", plan.id), ("outcome", "=", "merge")]
    domain += [("state", "=", state), ("duplicate_of_id", "!=", False)]
    groups = plan.env[LINE]._read_group(
        domain, ["duplicate_of_id"], ["lead_id:array_agg"]
    )
    return [[head.id, *lead_ids] for head, lead_ids in groups]


def get_merged_heads(plan):
    """Return the leads that others were merged into and that are to be assigned."""
    heads = [head_id for head_id, *_others in get_groups(plan, "done")]
    return find_planned(plan, heads).lead_id


def note_merged(plan, head_ids):
    """Note which leads others were merged into; that changed these on purpose."""
    execute(
        plan.env,
        """
        UPDATE crm_assignment_plan_line
           SET state = 'done'
         WHERE plan_id = %(plan_id)s AND state = 'planned'
           AND outcome = 'merge' AND duplicate_of_id = ANY(%(heads)s);
        -- Its score is to be the one that was planned.
        UPDATE crm_assignment_plan_line line
           SET company_id = lead.company_id, lead_score = line.score,
               from_team_id = lead.team_id, from_user_id = lead.user_id
          FROM crm_lead lead
         WHERE line.plan_id = %(plan_id)s AND lead.id = line.lead_id
           AND lead.id = ANY(%(heads)s)
        """,
        plan_id=plan.id,
        heads=head_ids,
    )


def get_lines(plan, lead_ids):
    """Return the lines of leads by the id of the lead.

    :rtype: dict[int, crm.assignment.plan.line]
    """
    domain = [("plan_id", "=", plan.id), ("lead_id", "in", lead_ids)]
    return plan.env[LINE].search(domain).grouped(lambda line: line.lead_id.id)


# TEAMS AND MEMBERS


def find_planned(plan, lead_ids):
    """Return the lines of those of the leads that there is something left to do for.

    :rtype: crm.assignment.plan.line
    """
    domain = [("plan_id", "=", plan.id), ("state", "=", "planned")]
    domain += [("lead_id", "in", lead_ids)]
    return plan.env[LINE].search_fetch(domain, ["lead_id"])


def read_todo(plan):
    """Return which leads are to go to which teams and members.

    :return: ids of lead, team, member and user, and of whom it is taken from; the
        leads of each member together
    :rtype: list[tuple]
    """
    plan.env.flush_all()
    return plan.env.execute_query(
        SQL(
            """
            SELECT line.lead_id, line.team_id, line.member_id, line.user_id,
                   line.from_user_id
              FROM crm_assignment_plan_line line
              JOIN crm_lead lead ON lead.id = line.lead_id
             WHERE line.plan_id = %s AND line.state = 'planned'
               AND line.outcome IN ('member', 'team') AND line.team_id IS NOT NULL
               AND (line.user_id IS NOT NULL
                    OR line.team_id IS DISTINCT FROM lead.team_id)
          ORDER BY line.team_id, line.member_id NULLS FIRST, line.sequence
            """,
            plan.id,
        )
    )


def note_done(plan, lead_ids):
    """Note the leads for which the plan was carried out."""
    execute(
        plan.env,
        """
        UPDATE crm_assignment_plan_line
           SET state = 'done'
         WHERE plan_id = %s AND state = 'planned' AND lead_id = ANY(%s)
        """,
        plan.id,
        list(lead_ids),
    )


def count_done(plan):
    """Return how many leads members got by a plan, by id.

    :rtype: dict[int, int]
    """
    done = [("plan_id", "=", plan.id), ("state", "=", "done")]
    groups = plan.env[LINE]._read_group(done, ["member_id"], ["__count"])
    return {member.id: count for member, count in groups}


def get_done(lead):
    """Return the line by which a lead is its salesperson's.

    :rtype: crm.assignment.plan.line
    """
    domain = [("lead_id", "=", lead.id), ("state", "=", "done")]
    # sudo: plans are nobody's to read but of who may see all of their teams
    return lead.env[LINE].sudo().search(domain, order="id desc", limit=1)


def count_shared_undone(plan):
    """Return how many leads of a plan that several share nobody was given.

    :return: the number of those who share them, ids of team and member, and the count
    :rtype: list[tuple]
    """
    domain = [("plan_id", "=", plan.id), ("state", "!=", "done")]
    groups = plan.env[LINE]._read_group(
        [*domain, ("outcome", "in", ("member", "team")), ("sharing", ">", 0)],
        ["sharing", "team_id", "member_id"],
        ["__count"],
    )
    return [
        (sharing, team.id, member.id, count) for sharing, team, member, count in groups
    ]


# MESSAGES


# The mark that a user was told of a line, by the field of who is: who got the lead,
# or who had it
TOLD = {"user_id": "is_told", "from_user_id": "is_owner_told"}


def get_untold(plan, who):
    """Return the lines of leads, by the user who is to be told and was not yet.

    :param str who: the field of these users: *user_id*, who got the leads, or
        *from_user_id*, who had them
    :rtype: list[tuple[res.users, crm.assignment.plan.line]]
    """
    domain = [("plan_id", "=", plan.id), ("state", "=", "done")]
    domain += [("outcome", "=", "member"), ("lead_id", "!=", False)]
    domain += [(who, "!=", False), (TOLD[who], "=", False)]
    return plan.env[LINE]._read_group(domain, [who], ["id:recordset"])


def note_told(plan, who, user_ids):
    """Note that users were told of the leads that they got, or had."""
    execute(
        plan.env,
        """
        UPDATE crm_assignment_plan_line
           SET %(told)s = TRUE
         WHERE plan_id = %(plan_id)s AND state = 'done' AND outcome = 'member'
           AND %(who)s = ANY(%(user_ids)s) AND %(told)s IS NOT TRUE
        """,
        plan_id=plan.id,
        told=SQL.identifier(TOLD[who]),
        who=SQL.identifier(who),
        user_ids=list(user_ids),
    )
