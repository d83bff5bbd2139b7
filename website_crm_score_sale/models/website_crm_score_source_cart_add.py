from odoo import api, models
from odoo.tools import SQL, LazyTranslate

from ..queries import order_lines

_lt = LazyTranslate(__name__)


class WebsiteCrmScoreSourceCartAdd(models.AbstractModel):
    """Lines of orders that customers added, as long as they are in the cart."""

    _name = "website.crm.score.source.cart.add"
    _inherit = "website.crm.score.source.order"
    _description = "Source of Events: Product Added to the Cart"

    _event_type = "cart_add"
    _label = _lt("Product added to the cart")
    _evidence_states = ("draft", "sent", "sale")

    @api.model
    def _get_candidates(self, cohort):
        return [(self.env._("Put something into the cart"), {})]

    @api.model
    def _get_shop_events(self, rule, owners, parts):
        return SQL(
            """
            SELECT owned.owner_id, line.create_date AS date, %(weight)s AS weight
                   %(column)s
              FROM (%(owned)s) owned
                   -- by its offset it stays a subquery: orders have few lines, but
                   -- PostgreSQL can think that it has to read all lines
        CROSS JOIN LATERAL (
                   SELECT * FROM sale_order_line line
                    WHERE line.order_id = owned.order_id AND %(is_product)s
                   OFFSET 0) line %(joins)s
         LEFT JOIN res_users author ON author.id = line.create_uid
             WHERE owned.state != 'cancel' AND %(is_customers)s
               AND line.price_subtotal >= 0 AND %(amount)s >= %(min_amount)s
            """,
            **parts,
            owned=self._get_owned_orders(owners),
            is_product=order_lines.get_is_product_sql(rule),
            amount=self._amount,
            weight=order_lines.get_weight_sql(rule, self._amount),
            is_customers=order_lines.get_is_customers_sql(self.env),
            min_amount=rule.min_amount,
        )

    @api.model
    def _iter_uncounted_owned(self, rule, owners):
        yield SQL("bought.is_customers IS NOT TRUE"), "staff"
        yield SQL("bought.line_amount < %s", rule.min_amount), "amount"
