import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL


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

        Each lead is locked before its ledger changes, so that ledger and score change
        together. One that somebody else is changing is left out, and found again by
        the next run.

        :param models.BaseModel rules: rules to evaluate; broken ones are left out
        :param Domain scope: the leads to look at
        :param bool mark: whether the leads are no longer new after this
        """
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                lead_ids = self._lock_leads(scope) if mark else set()
                lead_ids |= self._insert_gained(rules, scope)
                lead_ids |= self._delete_lost(rules, scope)
                self.env["crm.lead"].browse(lead_ids)._resum_scores(mark)
        except (psycopg2.DataError, psycopg2.ProgrammingError):
            # A rule that was fine when saved fails on the data: the others go on.
            failing = rules._flag_failing(scope)
            if not failing:
                raise
            self._post(rules - failing, scope, mark)

    def _lock_leads(self, scope):
        leads = self.env["crm.lead"]._search(scope, active_test=False)
        return self._fetch_ids(SQL("%s FOR NO KEY UPDATE SKIP LOCKED", leads.select()))

    def _insert_gained(self, rules, scope):
        if not rules:
            return set()
        # Hits are found once, before the first line is added (hence the order): plans
        # made while the tables' statistics are poor would else find them for each lead
        # again, or scan what they add.
        return self._fetch_ids(
            SQL(
                """
                WITH hit (lead_id, rule_id, points) AS MATERIALIZED (
                    %s
                ), gained AS (
                    SELECT hit.*
                      FROM hit
                      JOIN crm_lead lead ON lead.id = hit.lead_id
                     WHERE NOT EXISTS (
                           SELECT FROM website_crm_score_line line
                            WHERE line.lead_id = hit.lead_id
                              AND line.rule_id = hit.rule_id)
                  ORDER BY lead.id
                       FOR NO KEY UPDATE OF lead SKIP LOCKED
                )
                INSERT INTO website_crm_score_line
                       (lead_id, rule_id, points, event_count, first_date, last_date)
                SELECT lead_id, rule_id, points, 1,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM gained
             RETURNING lead_id
                """,
                SQL(" UNION ALL ").join(rule._get_hits_sql(scope) for rule in rules),
            )
        )

    def _delete_lost(self, rules, scope):
        lead_ids = set()
        leads = self.env["crm.lead"]._search(scope, active_test=False)
        for rule in rules.filtered(lambda rule: rule.event_based and rule.take_back):
            lead_ids |= self._fetch_ids(
                SQL(
                    """
                    WITH lost AS (
                        SELECT line.id
                          FROM website_crm_score_line line
                          JOIN crm_lead lead ON lead.id = line.lead_id
                         WHERE line.rule_id = %s
                           AND line.lead_id IN %s
                           AND line.lead_id NOT IN %s
                           FOR NO KEY UPDATE OF lead SKIP LOCKED
                    )
                    DELETE FROM website_crm_score_line
                     WHERE id IN (SELECT id FROM lost)
                 RETURNING lead_id
                    """,
                    rule.id,
                    leads.subselect(),
                    rule._get_query(scope).subselect(),
                )
            )
        return lead_ids

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
        if lead_ids := self._fetch_ids(statement):
            self.invalidate_model()
            self.env["crm.lead"].browse(lead_ids)._resum_scores()

    def _fetch_ids(self, statement):
        self.env.cr.execute(statement)
        return {id_ for (id_,) in self.env.cr.fetchall()}
