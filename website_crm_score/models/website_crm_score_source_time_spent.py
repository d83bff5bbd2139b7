from odoo import api, models
from odoo.tools import SQL, LazyTranslate

_lt = LazyTranslate(__name__)

# What is tried as a rule: so many visits, and so many minutes of all of them; or one.
VISITS = (2, 3, 5, 10)
MINUTES = (2, 5, 10, 15, 20, 30, 45, 60)
VISIT_GAP = 30  # minutes: who does not see a page for longer has gone


class WebsiteCrmScoreSourceTimeSpent(models.AbstractModel):
    """Time on the website: that a visit has lasted long enough, or all together have.

    It is the time from one tracked page to the next: how long the last page of a visit
    was looked at is not known. A gap of more than half an hour ends a visit. The event
    is when the time is reached; the pages seen until then tell when that was.

    Of visits whose tracks were removed this is no longer known.
    """

    _name = "website.crm.score.source.time.spent"
    _inherit = ["website.crm.score.visits", "website.crm.score.source"]
    _description = "Source of Events: Time on the Website"

    _event_type = "time_spent"
    _label = _lt("Time on the website")
    _filters = ("stay_unit", "stay_minutes")

    @api.model
    def _describe(self, rule):
        minutes = rule.stay_minutes
        match rule.stay_unit == "visit", minutes:
            case True, 0:
                return self.env._("Visited the website")
            case True, 1:
                return self.env._("A visit of a minute or more")
            case True, _:
                return self.env._("A visit of %s minutes or more", minutes)
            case False, 1:
                return self.env._("A minute or more on the website")
        return self.env._("%s minutes or more on the website", minutes)

    @api.model
    def _find_error(self, rule):
        if rule.stay_unit == "visit":
            is_wrong = rule.stay_minutes < 0
            return is_wrong and self.env._("minutes cannot be less than 0.")
        is_wrong = rule.stay_minutes < 1 or not rule.stay_unit
        return is_wrong and self.env._("say how many minutes, at least one.")

    @api.model
    def _get_candidates(self, cohort):
        visit = {"stay_unit": "visit", "stay_minutes": 0, "min_count": 1}
        total = {"stay_unit": "total", "stay_minutes": 1}
        candidates = [(self.env._("Visited the website"), visit)]
        for times in VISITS:
            name = self.env._("Visited the website %s times or more", times)
            candidates.append((name, {**visit, "min_count": times}))
        candidates.append((self.env._("A minute or more on the website"), total))
        for minutes in MINUTES:
            name = self.env._("Spent %s minutes or more on the website", minutes)
            candidates.append((name, {**total, "stay_minutes": minutes}))
        return candidates

    @api.model
    def _get_events(self, rule, owners):
        by_visit = SQL(", visit_number") if rule.stay_unit == "visit" else SQL()
        return SQL(
            """
            SELECT owner_id, min(date) AS date, 1 AS weight
              FROM (%(stays)s) stay
             WHERE stay >= %(minutes)s * interval '1 minute'
          GROUP BY owner_id %(by_visit)s
            """,
            stays=self._get_stays(owners, by_visit),
            by_visit=by_visit,
            minutes=rule.stay_minutes,
        )

    @api.model
    def _get_level_field(self, rule):
        if rule.stay_unit == "total":
            return "stay_minutes"
        return super()._get_level_field(rule)

    @api.model
    def _get_levels(self, rule, owners):
        if rule.stay_unit != "total":
            return super()._get_levels(rule, owners)
        return SQL(
            "SELECT owner_id, date, extract(epoch FROM stay) / 60 AS level"
            " FROM (%s) stay",
            self._get_stays(owners),
        )

    @api.model
    def _get_stays(self, owners, by_visit=None):
        """Return the query of how long an owner had stayed, at each page seen.

        :param SQL by_visit: by what else than whose it is the time is added up
        """
        return SQL(
            """
            SELECT owner_id, date, visit_number,
                   sum(gap) OVER (PARTITION BY owner_id %(by_visit)s
                                      ORDER BY date, is_first DESC) AS stay
              FROM (%(steps)s) step
            """,
            steps=self._get_steps(owners),
            by_visit=by_visit or SQL(),
        )

    @api.model
    def _get_steps(self, owners):
        """Return the query of all pages seen: in which visit of the owner, and how long
        after the page before it in the same visit."""
        return SQL(
            """
            SELECT owner_id, date, is_first,
                   CASE WHEN is_first = 1 THEN interval '0'
                        ELSE date - previous_date END AS gap,
                   sum(is_first) OVER (PARTITION BY owner_id
                                           ORDER BY date, is_first DESC) AS visit_number
              FROM (SELECT owner_id, date, previous_date,
                           CASE WHEN date <= previous_date + %(gap)s THEN 0
                                ELSE 1 END AS is_first
                      FROM (SELECT owner_id, date,
                                   lag(date) OVER (PARTITION BY owner_id ORDER BY date)
                                       AS previous_date
                              FROM (%(visits)s) single) paired) marked
            """,
            visits=self._get_tracked_visits(owners, SQL("TRUE")),
            gap=SQL("%s * interval '1 minute'", VISIT_GAP),
        )
