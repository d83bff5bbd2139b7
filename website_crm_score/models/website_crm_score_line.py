import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

NO_HITS = SQL("SELECT NULL::integer, NULL::integer, NULL::numeric WHERE FALSE")


class WebsiteCrmScoreLine(models.Model):
    """The ledger: what a rule gave to a lead, and since when.

    The score of a lead is the sum of the points of its lines. A rule counts once
    per lead. Lines are derived: the scoring job writes them, users read them.
    """

    _name = "website.crm.score.line"
    _description = "Lead Score Reason"
    _rec_name = "rule_name"
    _order = "first_date desc, id desc"
    _log_access = False

    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    rule_id = fields.Many2one(
        comodel_name="website.crm.score",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    # The name is shown even to those who may not open the rule itself.
    rule_name = fields.Char(related="rule_id.name", string="Reason")
    rule_active = fields.Boolean(related="rule_id.active")
    points = fields.Float(digits=(16, 2), required=True, readonly=True)
    event_count = fields.Integer(
        string="Times",
        default=1,
        required=True,
        readonly=True,
        help="How many times the reason was given.",
    )
    first_date = fields.Datetime(
        string="Since", default=fields.Datetime.now, required=True, readonly=True
    )
    last_date = fields.Datetime(
        string="Last Time", default=fields.Datetime.now, required=True, readonly=True
    )

    _lead_rule_uniq = models.UniqueIndex("(lead_id, rule_id)")

    # POSTING

    @api.model
    def _post(self, rules, scope, mark=False):
        """Write what ``rules`` give to the leads in ``scope``, and their scores.

        One statement, so that ledger and scores change together. A lead that somebody
        else is changing is left out, and found again by the next run.

        :param models.BaseModel rules: rules to evaluate; broken ones are left out
        :param Domain scope: the leads to look at
        :param bool mark: whether the leads are no longer new after this
        :return: the leads that were written
        """
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                lead_ids = self._execute_post(rules, scope, mark)
        except (psycopg2.DataError, psycopg2.ProgrammingError):
            # A rule that was fine when saved fails on the data: the others go on.
            failing = rules._flag_failing(scope)
            if not failing:
                raise
            return self._post(rules - failing, scope, mark)
        leads = self.env["crm.lead"].browse(lead_ids)
        leads._notify_scores_changed()
        return leads

    def _execute_post(self, rules, scope, mark):
        hits = [rule._get_hits_sql(scope) for rule in rules]
        query = SQL(
            """
            WITH hit (lead_id, rule_id, points) AS MATERIALIZED (
                %(hits)s
            ), scope AS MATERIALIZED (
                %(scope)s
            ), gained AS (
                SELECT hit.* FROM hit
             LEFT JOIN website_crm_score_line line USING (lead_id, rule_id)
                 WHERE line.id IS NULL
            ), lost AS (
                SELECT line.id, line.lead_id, line.points
                  FROM website_crm_score_line line
                  JOIN scope ON scope.id = line.lead_id
             LEFT JOIN hit USING (lead_id, rule_id)
                 WHERE line.rule_id = ANY(%(revocable)s) AND hit.lead_id IS NULL
            ), lead AS (
                SELECT id FROM crm_lead
                 WHERE id IN (SELECT lead_id FROM gained
                              UNION SELECT lead_id FROM lost
                              UNION SELECT id FROM scope WHERE %(mark)s)
                   FOR NO KEY UPDATE SKIP LOCKED
            ), inserted AS (
                INSERT INTO website_crm_score_line
                       (lead_id, rule_id, points, event_count, first_date, last_date)
                SELECT lead_id, rule_id, points, 1,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM gained JOIN lead ON lead.id = lead_id
             RETURNING lead_id, points
            ), deleted AS (
                DELETE FROM website_crm_score_line line USING lost, lead
                 WHERE line.id = lost.id AND lead.id = lost.lead_id
             RETURNING line.lead_id, -line.points AS points
            ), change AS (
                SELECT lead_id, sum(points) AS points
                  FROM (TABLE inserted UNION ALL TABLE deleted) entry
              GROUP BY lead_id
            ), held AS (
                SELECT line.lead_id, sum(line.points) AS points
                  FROM website_crm_score_line line JOIN lead ON lead.id = line.lead_id
              GROUP BY line.lead_id
            )
            UPDATE crm_lead
               SET score = COALESCE(held.points, 0) + COALESCE(change.points, 0),
                   score_date = CASE
                       WHEN %(mark)s OR crm_lead.score_date IS NOT NULL
                       THEN now() AT TIME ZONE 'UTC'
                   END
              FROM lead
         LEFT JOIN change ON change.lead_id = lead.id
         LEFT JOIN held ON held.lead_id = lead.id
             WHERE crm_lead.id = lead.id
         RETURNING crm_lead.id
            """,
            hits=SQL(" UNION ALL ").join(hits) if hits else NO_HITS,
            scope=self.env["crm.lead"]._search(scope, active_test=False).select(),
            revocable=rules.filtered(lambda rule: rule._takes_back()).ids,
            mark=mark,
        )
        self.env.cr.execute(query)
        return [id_ for (id_,) in self.env.cr.fetchall()]

    @api.model
    def _revalue(self, rules, void=False):
        """Set the points of the lines of ``rules`` to what the rules now give.

        :param models.BaseModel rules: rules of which archived ones give nothing
        :param bool void: whether none of them gives anything
        """
        if not rules:
            return
        self.env.flush_all()
        worth = SQL("CASE WHEN rule.active AND NOT %s THEN rule.value ELSE 0 END", void)
        self._change_lines(
            SQL(
                """
                UPDATE website_crm_score_line line SET points = %(worth)s
                  FROM website_crm_score rule
                 WHERE rule.id = line.rule_id AND rule.id IN %(rule_ids)s
                   AND line.points != %(worth)s
             RETURNING line.lead_id
                """,
                worth=worth,
                rule_ids=rules._ids,
            )
        )

    @api.model
    def _drop_other_companies(self):
        """Delete lines that link a lead to a rule of another company."""
        self.env.flush_all()
        self._change_lines(
            SQL(
                """
                DELETE FROM website_crm_score_line line
                 USING website_crm_score rule, crm_lead lead
                 WHERE rule.id = line.rule_id AND lead.id = line.lead_id
                   AND rule.company_id IS NOT NULL
                   AND lead.company_id IS DISTINCT FROM rule.company_id
             RETURNING line.lead_id
                """
            )
        )

    @api.model
    def _merge(self, lead, duplicates):
        """Give ``lead`` the lines of ``duplicates``, each rule counting once."""
        self.env.flush_all()
        self._change_lines(
            SQL(
                """
                INSERT INTO website_crm_score_line AS line
                       (lead_id, rule_id, points, event_count, first_date, last_date)
                SELECT DISTINCT ON (other.rule_id) lead.id, other.rule_id,
                       other.points, other.event_count, other.first_date,
                       other.last_date
                  FROM website_crm_score_line other
                  JOIN website_crm_score rule ON rule.id = other.rule_id
                  JOIN crm_lead lead ON lead.id = %(lead_id)s
                 WHERE other.lead_id IN %(duplicate_ids)s
                   AND COALESCE(rule.company_id = lead.company_id,
                                rule.company_id IS NULL)
              ORDER BY other.rule_id, other.first_date, other.id
                    ON CONFLICT (lead_id, rule_id) DO UPDATE
                   SET first_date = LEAST(line.first_date, excluded.first_date),
                       last_date = GREATEST(line.last_date, excluded.last_date)
             RETURNING line.lead_id
                """,
                lead_id=lead.id,
                duplicate_ids=duplicates._ids,
            )
        )

    def _change_lines(self, statement):
        """Execute ``statement``, which returns lead ids, and sum their scores again."""
        self.env.cr.execute(statement)
        lead_ids = {lead_id for (lead_id,) in self.env.cr.fetchall()}
        if lead_ids:
            self.invalidate_model()
            self.env["crm.lead"].browse(lead_ids)._resum_scores()
