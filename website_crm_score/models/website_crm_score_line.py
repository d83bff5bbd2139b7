from odoo import api, fields, models
from odoo.tools import SQL

from ..fields import LedgerMany2one
from ..tools.worklist import tune


class WebsiteCrmScoreLine(models.Model):
    """The ledger: what a rule gave to a lead, and since when.

    The score of a lead is the sum of the points of its lines. There is one line per
    lead and rule; that of a rule on events is for all the events that count. Lines are
    derived: the scoring job writes them, users read them.

    Whoever changes lines writes their leads in the same transaction, first of all by
    locking them. So of two who change the ledger of a lead, or delete the lead, one
    waits for the other or starts again.
    """

    _name = "website.crm.score.line"
    _description = "Lead Score Reason"
    _rec_name = "rule_name"
    _order = "first_date desc, id desc"
    _log_access = False

    lead_id = LedgerMany2one(
        comodel_name="crm.lead",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    rule_id = LedgerMany2one(
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
    units = fields.Float(
        digits=(16, 6),
        default=1.0,
        required=True,
        readonly=True,
        help="How many times the value of the rule this is worth: fading events are "
        "worth less than they were.",
    )
    first_date = fields.Datetime(
        string="Since", default=fields.Datetime.now, required=True, readonly=True
    )
    last_date = fields.Datetime(
        string="Last Time", default=fields.Datetime.now, required=True, readonly=True
    )

    _lead_rule_uniq = models.UniqueIndex("(lead_id, rule_id)")

    # CHANGES OF RULES AND LEADS

    @api.model
    def _revalue(self, rules):
        """Set the points of the lines of ``rules`` to what the rules now give.

        :param models.BaseModel rules: rules, of which archived ones give nothing
        """
        if not rules:
            return
        worth = rules._get_worth_sql(SQL.identifier("line", "units"))
        self._change_lines(
            SQL(
                """
                SELECT line.id, lead.id AS lead_id, %(worth)s AS points
                  FROM website_crm_score_line line
                  JOIN website_crm_score rule ON rule.id = line.rule_id
                  JOIN crm_lead lead ON lead.id = line.lead_id
                 WHERE rule.id IN %(rule_ids)s AND line.points != %(worth)s
                """,
                worth=worth,
                rule_ids=rules._ids,
            ),
            SQL(
                """
                UPDATE website_crm_score_line line SET points = changed.points
                  FROM changed WHERE line.id = changed.id
                """
            ),
        )

    @api.model
    def _drop_other_companies(self):
        """Delete lines that link a lead to a rule of another company."""
        rules = self.env["website.crm.score"].with_context(active_test=False)
        rules = rules.sudo().search([("company_id", "!=", False)])
        if not rules:
            return
        self._change_lines(
            SQL(
                """
                SELECT line.id, lead.id AS lead_id
                  FROM website_crm_score rule
                  JOIN website_crm_score_line line ON line.rule_id = rule.id
                  JOIN crm_lead lead ON lead.id = line.lead_id
                 WHERE rule.id IN %s
                   AND lead.company_id IS DISTINCT FROM rule.company_id
                """,
                rules._ids,
            ),
            self._deletion(),
        )

    @api.model
    def _drop_rules(self, rules):
        """Delete the lines of ``rules``."""
        self._change_lines(
            SQL(
                """
                SELECT line.id, lead.id AS lead_id
                  FROM website_crm_score_line line
                  JOIN crm_lead lead ON lead.id = line.lead_id
                 WHERE line.rule_id IN %s
                """,
                rules._ids or (0,),
            ),
            self._deletion(),
        )

    @api.model
    def _drop_page_lines(self, leads):
        """Delete the lines that rules on visited pages gave to ``leads``."""
        rules = self.env["website.crm.score"].sudo().with_context(active_test=False)
        rules = rules.search([])  # pylint: disable=no-search-all
        rules = rules.filtered(lambda rule: rule._looks_at_pages())
        self._change_lines(
            SQL(
                """
                SELECT line.id, lead.id AS lead_id
                  FROM website_crm_score_line line
                  JOIN crm_lead lead ON lead.id = line.lead_id
                 WHERE line.lead_id IN %s AND line.rule_id IN %s
                """,
                leads._ids,
                rules._ids or (0,),
            ),
            self._deletion(),
        )

    @api.model
    def _drop_leads(self, leads):
        """Delete the lines of ``leads``, which are about to be deleted themselves."""
        if leads:
            self.env.flush_all()
            deletion = "DELETE FROM website_crm_score_line WHERE lead_id IN %s"
            self.env.cr.execute(SQL(deletion, leads._ids))
            self.invalidate_model()

    @api.model
    def _drop_orphans(self):
        """Delete lines of leads or rules that were deleted behind Odoo's back."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM website_crm_score_line line
                 WHERE NOT EXISTS (SELECT FROM crm_lead WHERE id = line.lead_id)
                """
            )
        )
        self._change_lines(
            SQL(
                """
                SELECT line.id, lead.id AS lead_id
                  FROM website_crm_score_line line
                  JOIN crm_lead lead ON lead.id = line.lead_id
                 WHERE line.rule_id NOT IN (SELECT id FROM website_crm_score)
                """
            ),
            self._deletion(),
        )

    @api.model
    def _merge(self, pairs):
        """Give leads the lines of their duplicates, each rule counting once.

        :param SQL pairs: what has each ``lead_id`` and ``duplicate_id``, as ``pair``
        """
        self._change_lines(
            SQL(
                """
                SELECT DISTINCT ON (lead.id, other.rule_id)
                       lead.id AS lead_id, other.rule_id, other.points, other.units,
                       other.event_count, other.first_date, other.last_date
                  FROM website_crm_score_line other
                  JOIN website_crm_score rule ON rule.id = other.rule_id
                  JOIN %s ON other.lead_id = pair.duplicate_id
                  JOIN crm_lead lead ON lead.id = pair.lead_id
                 WHERE COALESCE(rule.company_id = lead.company_id,
                                rule.company_id IS NULL)
              ORDER BY lead.id, other.rule_id, other.first_date, other.id
                """,
                pairs,
            ),
            SQL(
                """
                INSERT INTO website_crm_score_line AS line
                       (lead_id, rule_id, points, units, event_count, first_date,
                        last_date)
                SELECT lead_id, rule_id, points, units, event_count, first_date,
                       last_date
                  FROM changed
                    ON CONFLICT (lead_id, rule_id) DO UPDATE
                   SET first_date = LEAST(line.first_date, excluded.first_date),
                       last_date = GREATEST(line.last_date, excluded.last_date)
                """
            ),
        )

    @staticmethod
    def _deletion():
        return SQL(
            "DELETE FROM website_crm_score_line line"
            " USING changed WHERE line.id = changed.id"
        )

    def _change_lines(self, changes, statement):
        """Execute ``statement`` and sum the scores of the leads again.

        :param SQL changes: a query of what is to change, with ``lead_id``
        :param SQL statement: what changes it, it can use the query as ``changed``
        """
        self.env.flush_all()
        tune(self.env.cr)
        # In the order of the leads, so that no two of these wait for each other.
        self.env.cr.execute(
            SQL(
                """
                WITH changed AS MATERIALIZED (
                    SELECT found.*
                      FROM (%(changes)s) found
                      JOIN crm_lead lead ON lead.id = found.lead_id
                  ORDER BY lead.id
                       FOR NO KEY UPDATE OF lead
                ), done AS (
                    %(statement)s RETURNING line.lead_id
                )
                SELECT DISTINCT lead_id FROM done
                """,
                changes=changes,
                statement=statement,
            )
        )
        if lead_ids := [id_ for (id_,) in self.env.cr.fetchall()]:
            self.invalidate_model()
            self.env["crm.lead"].browse(lead_ids)._resum_scores()
