"""Which leads a run has news of that their salespeople should hear."""

from odoo.tools import SQL

from .counting import get_worth_sql
from .grading import Grading, get_totals_sql


class Rises:
    """Notes the leads of a run that rise into a better grade: its letter or its number
    is better, and neither is worse.

    Nothing is noted of leads without a salesperson, of the first scoring, and of rules
    that are applied by hand. What leads gain or lose by a rule that was changed since
    it was last counted is no news: without it they have to rise as well.

    :param Writing writing: what writes the leads
    """

    def __init__(self, writing):
        self.writing, self._execute = writing, writing._execute
        self.since = writing.run._get_progress().events_date
        self.is_told = bool(self.since) and _is_told_of_rises(writing.run)
        self.changed_ids = self._find_changed() if self.is_told else []
        self.restated = SQL.identifier(f"website_crm_score_restated_{writing.run.id}")
        if self.changed_ids:
            columns = SQL("owner_id integer, rule_id integer, points numeric")
            self._execute(SQL("CREATE TEMPORARY TABLE %s (%s)", self.restated, columns))

    def close(self):
        if self.changed_ids:
            self._execute(SQL("DROP TABLE %s", self.restated))

    def _find_changed(self):
        """Return the ids of the rules that were changed since they were counted."""
        query = "SELECT id FROM website_crm_score WHERE changed_date >= %s"
        return [id_ for (id_,) in self.writing._fetch(SQL(query, self.since))]

    # WHAT CHANGED RULES DO

    def note_restated(self, batch):
        """Note what leads of a batch are about to gain or lose since rules were
        changed, see ``Writing._lock_batch``.

        Of events one knows whether they happened after that. Since when a lead matches
        a domain nobody knows: until the rules next look at all, it could be the change.
        """
        if not self.changed_ids:
            return
        self._execute(SQL("TRUNCATE %s", self.restated))
        self._execute(
            SQL(
                "INSERT INTO %s %s UNION ALL %s",
                self.restated,
                self._get_restated_gains_sql(batch),
                self._get_restated_losses_sql(batch),
            )
        )

    def _get_restated_gains_sql(self, batch):
        return SQL(
            """
            SELECT gain.owner_id, rule.id, %(worth)s - COALESCE(line.points, 0)
              FROM %(gains)s gain
              JOIN website_crm_score rule ON rule.id = gain.rule_id
         LEFT JOIN website_crm_score_line line
                ON line.%(owner)s = gain.owner_id AND line.rule_id = rule.id
             WHERE %(is_in_batch)s AND rule.id = ANY(%(changed_ids)s)
               AND COALESCE(gain.last_date <= rule.changed_date, TRUE)
            """,
            worth=get_worth_sql(SQL("COALESCE(gain.units, 1)")),
            gains=self.writing.gains,
            owner=self.writing.owner,
            is_in_batch=self.writing._is_in_batch("gain", batch),
            changed_ids=self.changed_ids,
        )

    def _get_restated_losses_sql(self, batch):
        return SQL(
            """
            SELECT loss.owner_id, loss.rule_id, -line.points
              FROM %(losses)s loss
              JOIN website_crm_score_line line
                ON line.%(owner)s = loss.owner_id AND line.rule_id = loss.rule_id
             WHERE %(is_in_batch)s AND loss.rule_id = ANY(%(changed_ids)s)
            """,
            losses=self.writing.losses,
            owner=self.writing.owner,
            is_in_batch=self.writing._is_in_batch("loss", batch),
            changed_ids=self.changed_ids,
        )

    # WHAT IS NOTED

    def get_sql(self, batch):
        """Return the statement that notes which leads of a batch rise, of those that
        are ``written``; None where nothing is to be noted.

        :param tuple batch: see ``Writing._lock_batch``
        :rtype: SQL | None
        """
        if not self.is_told:
            return None
        return SQL(
            """
            INSERT INTO website_crm_score_alert AS alert
                   (lead_id, user_id, run_id, rule_id, score_before, grade_before)
            SELECT owner_id, user_id, %(run_id)s, (%(strongest)s), score_before,
                   grade_before
              FROM written
             WHERE user_id IS NOT NULL AND %(is_better)s AND %(is_news)s
                ON CONFLICT (lead_id) DO UPDATE
               SET user_id = excluded.user_id, run_id = excluded.run_id,
                   rule_id = excluded.rule_id,
                   score_before = CASE WHEN alert.grade_before IS NULL
                                       THEN excluded.score_before
                                       ELSE alert.score_before END,
                   grade_before = COALESCE(alert.grade_before, excluded.grade_before)
            """,
            run_id=self.writing.run.id,
            strongest=self._get_strongest_sql(batch),
            is_better=_is_better_sql(SQL("written.grade")),
            is_news=self._is_news_sql(),
        )

    def _is_news_sql(self):
        """Return the condition that a lead rises also without what changed rules do."""
        if not self.changed_ids:
            return SQL("TRUE")
        restated = SQL("%s restated WHERE owner_id = written.owner_id", self.restated)
        return SQL(
            """
            (NOT EXISTS (SELECT FROM %(restated)s)
             OR (SELECT %(is_better)s FROM (%(totals)s) total))
            """,
            restated=restated,
            is_better=_is_better_sql(SQL("total.grade")),
            totals=get_totals_sql(
                self.writing.model,
                SQL("written.owner_id"),
                but_for=SQL("SELECT points, rule_id FROM %s", restated),
            ),
        )

    def _get_strongest_sql(self, batch):
        """Return the query of the rule that gives most of what is new."""
        return SQL(
            """
            SELECT rule.id
              FROM %s gain JOIN website_crm_score rule ON rule.id = gain.rule_id
             WHERE gain.owner_id = written.owner_id AND %s AND %s
          ORDER BY %s DESC, rule.sequence, rule.id LIMIT 1
            """,
            self.writing.gains,
            self.writing._is_in_batch("gain", batch),
            self._is_new_sql(),
            get_worth_sql(SQL("COALESCE(gain.units, 1)")),
        )

    def _is_new_sql(self):
        """Return the condition that what a rule gives is none of its change."""
        if not self.changed_ids:
            return SQL("TRUE")
        return SQL(
            """
            NOT EXISTS (SELECT FROM %s restated
                         WHERE restated.owner_id = gain.owner_id
                           AND restated.rule_id = gain.rule_id)
            """,
            self.restated,
        )


def _is_told_of_rises(run):
    if run.apply_to != "lead" or run.looks_at == "all":
        return False
    if not run.env["res.config.settings"]._get_scoring_number("alert_rises"):
        return False
    # Else owners have still to be graded anew, since the settings changed.
    return run._get_progress().graded_by == Grading.load(run.env).key


def _is_better_sql(grade):
    return SQL(
        """
        (%(grade)s != grade_before
         AND left(%(grade)s, 1) <= left(grade_before, 1)
         AND right(%(grade)s, 1) <= right(grade_before, 1))
        """,
        grade=grade,
    )


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
