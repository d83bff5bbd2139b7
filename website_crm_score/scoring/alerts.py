"""Which leads a run has news of that their salespeople should hear."""

from odoo.tools import SQL

from .counting import get_worth_sql
from .grading import Grading


def get_rises_sql(writing, batch, written):
    """Return the statement that notes the leads that rise into a better grade: its
    letter or its number is better, and neither is worse.

    Nothing is noted of leads without a salesperson, of the first scoring, of rules that
    are applied by hand, and of what leads gain or lose by a rule that was changed since
    it was last counted; but for events that happened after that.

    :param Writing writing: what writes the leads
    :param tuple batch: which of them, see ``Writing._lock_batch``
    :param SQL written: a table of ``owner_id``, ``user_id``,
        ``score_before``, ``grade_before`` and ``grade``
    :return: None where nothing is to be noted
    :rtype: SQL | None
    """
    since = writing.run._get_progress().events_date
    if not since or not _is_told_of_rises(writing.run):
        return None
    return SQL(
        """
        INSERT INTO website_crm_score_alert AS alert
               (lead_id, user_id, run_id, rule_id, score_before, grade_before)
        SELECT owner_id, user_id, %(run_id)s, (%(strongest)s), score_before,
               grade_before
          FROM %(written)s written
         WHERE user_id IS NOT NULL AND grade != grade_before
           AND left(grade, 1) <= left(grade_before, 1)
           AND right(grade, 1) <= right(grade_before, 1)
           AND NOT EXISTS (%(of_changed)s)
            ON CONFLICT (lead_id) DO UPDATE
           SET user_id = excluded.user_id, run_id = excluded.run_id,
               rule_id = excluded.rule_id,
               score_before = CASE WHEN alert.grade_before IS NULL
                                   THEN excluded.score_before
                                   ELSE alert.score_before END,
               grade_before = COALESCE(alert.grade_before, excluded.grade_before)
        """,
        run_id=writing.run.id,
        strongest=_get_strongest_sql(writing, batch),
        written=written,
        of_changed=_get_of_changed_sql(writing, batch, since),
    )


def _is_told_of_rises(run):
    if run.apply_to != "lead" or run.looks_at == "all":
        return False
    if not run.env["res.config.settings"]._get_scoring_number("alert_rises"):
        return False
    # Else owners have still to be graded anew, since the settings changed.
    return run._get_progress().graded_by == Grading.load(run.env).key


def _get_strongest_sql(writing, batch):
    """Return the query of the rule that gives most of what is new."""
    return SQL(
        """
        SELECT rule.id
          FROM %s gain JOIN website_crm_score rule ON rule.id = gain.rule_id
         WHERE gain.owner_id = written.owner_id AND %s
      ORDER BY %s DESC, rule.sequence, rule.id LIMIT 1
        """,
        writing.gains,
        writing._is_in_batch("gain", batch),
        get_worth_sql(SQL("COALESCE(gain.units, 1)")),
    )


def _get_of_changed_sql(writing, batch, since):
    """Return the query of what a lead gains or loses since rules were changed.

    Of events one knows whether they happened after that. Since when a lead matches a
    domain nobody knows: until the rules next look at all, it could be the change.
    """
    queries = [
        SQL(
            """
            SELECT FROM %(table)s %(name)s
              JOIN website_crm_score rule ON rule.id = %(name)s.rule_id
             WHERE %(name)s.owner_id = written.owner_id AND %(is_in_batch)s
               AND rule.changed_date >= %(since)s AND %(is_old)s
            """,
            table=table,
            name=SQL.identifier(name),
            is_in_batch=writing._is_in_batch(name, batch),
            since=since,
            is_old=is_old,
        )
        for name, table, is_old in (
            (
                "gain",
                writing.gains,
                SQL("COALESCE(gain.last_date <= rule.changed_date, TRUE)"),
            ),
            ("loss", writing.losses, SQL("TRUE")),
        )
    ]
    return SQL(" UNION ALL ").join(queries)


def get_returns_sql(run, events, recent, since):
    """Return the statement that notes the leads that came back to the website.

    Only the visits of leads that have a salesperson and were there lately are read.

    :param SQL events: a query of the returns of all leads
    :param SQL recent: a query of visits since then
    :param datetime since: up to when returns were looked for
    :rtype: SQL
    """
    # Step by step: what PostgreSQL guesses of leads that were just scored is wrong. And
    # lateral: it then reads the visits of these leads alone.
    return SQL(
        """
        WITH recent AS MATERIALIZED (
            SELECT owner_id, max(date) AS date FROM (%(recent)s) visit GROUP BY owner_id
        ), few AS MATERIALIZED (
            SELECT lead.id, lead.user_id
              FROM recent
              JOIN crm_lead lead ON lead.id = recent.owner_id
             WHERE lead.user_id IS NOT NULL AND lead.active
               AND lead.won_status = 'pending' AND lead.score_date IS NOT NULL
               AND lead.create_date < recent.date
        )
        INSERT INTO website_crm_score_alert AS alert
               (lead_id, user_id, run_id, return_date, is_back)
        SELECT few.id, few.user_id, %(run_id)s, back.date, TRUE
          FROM few
    CROSS JOIN LATERAL (
               SELECT max(event.date) AS date FROM (%(events)s) event
                WHERE event.owner_id = few.id AND event.date >= %(since)s) back
         WHERE back.date IS NOT NULL
            ON CONFLICT (lead_id) DO UPDATE
           SET user_id = excluded.user_id, run_id = excluded.run_id,
               return_date = excluded.return_date, is_back = TRUE
         WHERE alert.return_date IS NULL OR alert.return_date < excluded.return_date
        """,
        recent=recent,
        run_id=run.id,
        events=events,
        since=since,
    )
