from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.website_crm_score.scoring.grading import get_totals_sql


class WebsiteCrmScoreCrossing(models.Model):
    """When the score of a lead or contact last went above or below a level.

    Only levels of active automation rules are noted, from when on these look at them.
    Who has not crossed a level is on the same side of it since it was created.
    """

    _name = "website.crm.score.crossing"
    _description = "Crossing of a Score Level"
    _order = "date desc, id desc"
    _log_access = False

    lead_id = fields.Many2one("crm.lead", readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", string="Contact", readonly=True, ondelete="cascade"
    )
    level = fields.Float(digits=(16, 2), required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)

    _lead_level_uniq = models.UniqueIndex("(lead_id, level)")
    _partner_level_uniq = models.UniqueIndex("(partner_id, level)")

    @api.model
    def _note(self, owners, batch, levels):
        """Note which scores are about to cross levels.

        :param models.BaseModel owners: the model of whom the scores are
        :param SQL batch: a query of ``owner_id``, whose scores are about to be written
        :param set[float] levels: these levels
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO website_crm_score_crossing (%(owner)s, level, date)
                SELECT owner.id, wanted.level, %(now)s
                  FROM (%(batch)s) batch
                  JOIN %(table)s owner ON owner.id = batch.owner_id
            CROSS JOIN LATERAL (%(totals)s) total
                  JOIN unnest(%(levels)s::numeric[]) AS wanted (level)
                    ON (owner.score >= wanted.level) != (total.score >= wanted.level)
           ON CONFLICT (%(owner)s, level) DO UPDATE SET date = excluded.date
                """,
                owner=SQL.identifier(owners._ledger_field),
                table=SQL.identifier(owners._table),
                batch=batch,
                totals=get_totals_sql(owners, SQL("owner.id")),
                levels=sorted(levels),
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model(flush=False)

    @api.autovacuum
    def _gc_levels(self):
        """Forget levels that no automation rule looks at any more."""
        for field, model in (("lead_id", "crm.lead"), ("partner_id", "res.partner")):
            levels = self.env["base.automation"]._get_score_levels(model)
            domain = [(field, "!=", False), ("level", "not in", list(levels))]
            self.search(domain).unlink()
