from datetime import timedelta

from odoo import api, fields, models

# Leads that somebody was changing are scored within a minute nevertheless.
LOOK_AGAIN_AFTER = timedelta(seconds=20)


class WebsiteCrmScoreJobs(models.AbstractModel):
    """What scheduled actions do with scoring rules: all of it every hour, new leads
    within a minute, contacts by themselves."""

    _name = "website.crm.score.jobs"
    _description = "Scheduled Actions"

    @api.model
    def _bring_up_to_date(self, ids):
        """Bring page views and scores up to date, see :meth:`assign_scores_to_leads`.

        :param list[int] ids: the rules to run; None or False for all
        """
        runs, jobs = self.env["website.crm.score.run"], self.env["ir.cron"]
        if runs._go_on() or not self.env["website.crm.pageview"]._sync_recent():
            return False
        if ids is None or ids is False:
            jobs._transact(self.env["website.crm.score.line"]._catch_up)
            if not jobs._is_job():  # contacts have one of their own
                self.env["res.partner"]._regrade()
            if not self.env["crm.lead"]._regrade():
                return False
            return runs._score_all(self.search([("active", "=", True)]))
        rules = self.search([("id", "in", ids), ("active", "=", True)])
        return runs._score_all(rules, is_whole=False)

    @api.model
    def _cron_score_new_leads(self):
        """Score the leads that are stale: when some are created, every few minutes."""
        runs = self.env["website.crm.score.run"]
        if not runs._go_on() and self.env["website.crm.pageview"]._sync_recent():
            self._score_stale_leads(self._find_active("lead"))

    @api.model
    def _score_stale_leads(self, rules):
        """Have ``rules`` look at stale leads; soon again at those that were not ready.

        Core's enrichment, for one, locks new leads while it waits for an answer.
        """
        leads = self.env["crm.lead"].with_context(active_test=False)
        stale, is_over = leads._stale_domain(), True
        if leads.search_count(stale & leads._ready_domain(), limit=1):
            is_over = self.env["website.crm.score.run"]._score(rules, looks_at="stale")
        if rules and is_over and leads.search_count(stale, limit=1):
            leads._trigger_scoring(fields.Datetime.now() + LOOK_AGAIN_AFTER)

    @api.model
    def _cron_score_contacts(self):
        runs = self.env["website.crm.score.run"]
        if not runs._go_on() and self.env["res.partner"]._regrade():
            runs._score(self._find_active("partner"))

    @api.model
    def _find_active(self, apply_to):
        return self.search([("active", "=", True), ("apply_to", "=", apply_to)])
