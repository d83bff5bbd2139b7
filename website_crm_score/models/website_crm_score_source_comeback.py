from odoo import api, models
from odoo.tools import SQL, LazyTranslate

_lt = LazyTranslate(__name__)

ABSENCES = (1, 7, 30)  # days that are tried as a rule


class WebsiteCrmScoreSourceComeback(models.AbstractModel):
    """Visits that came long after the one before, whatever page was seen.

    Of visits whose tracks were removed this is no longer known.
    """

    _name = "website.crm.score.source.comeback"
    _inherit = ["website.crm.score.visits", "website.crm.score.source"]
    _description = "Source of Events: Came Back to the Website"

    _event_type = "comeback"
    _label = _lt("Came back to the website")
    _filters = ("absence_days",)

    @api.model
    def _describe(self, rule):
        return self._name_absence(rule.absence_days)

    @api.model
    def _name_absence(self, days):
        if days == 1:
            return self.env._("Came back to the website after a day or more")
        return self.env._("Came back to the website after %s days or more", days)

    @api.model
    def _find_error(self, rule):
        is_wrong = rule.absence_days < 1
        return is_wrong and self.env._("say after how many days, at least one.")

    @api.model
    def _get_candidates(self, cohort):
        return [(self._name_absence(days), {"absence_days": days}) for days in ABSENCES]

    @api.model
    def _get_events(self, rule, owners):
        return SQL(
            """
            SELECT owner_id, date, 1 AS weight
              FROM (SELECT owner_id, date,
                           lag(date) OVER (PARTITION BY owner_id ORDER BY date)
                               AS previous_date
                      FROM (%(visits)s) single) visit
             WHERE date >= previous_date + %(days)s * interval '1 day'
            """,
            visits=self._get_tracked_visits(owners, SQL("TRUE")),
            days=rule.absence_days,
        )
