from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.website_crm_score.scoring.counting import get_latest_date
from odoo.addons.website_crm_score.tools.numbers import say_number

from ..queries import order_lines

# What is one event, in the query of lines: an order, or each product of it.
WHOLE = dict.fromkeys(("column", "joins", "groups"), SQL())
BY_PRODUCT = {
    "column": SQL(", product.product_tmpl_id AS about_id"),
    "joins": SQL("JOIN product_product product ON product.id = line.product_id"),
    "groups": SQL("GROUP BY product.product_tmpl_id"),
}


class WebsiteCrmScoreSourceOrder(models.AbstractModel):
    """What the sources of the shop share.

    Orders count that a customer put something into: not what the staff duplicates or
    buys. What is cancelled or refunded did not happen. Amounts are those of products,
    without taxes, in the currency of the company that sells, at the rate of the order.
    """

    _name = "website.crm.score.source.order"
    _inherit = ["website.crm.score.orders", "website.crm.score.source"]
    _description = "Source of Events: Orders"

    _filters = (
        "product_tmpl_ids",
        "product_categ_id",
        "public_categ_id",
        "min_amount",
        "amount_unit",
    )
    _is_of_visitors = True
    _evidence = "sale.order"
    _about = "product.template"
    # The states of the orders that show it
    _evidence_states = ()
    # The amount of a line that the events count
    _amount = order_lines.AMOUNT

    @api.model
    def _describe(self, rule):
        text = super()._describe(rule)
        rule = rule.sudo()  # sudo: who may read the rule may know what it is on
        filters = rule.product_tmpl_ids, rule.product_categ_id, rule.public_categ_id
        if bought := [one.display_name for records in filters for one in records]:
            text = f"{text}: {', '.join(bought)}"
        if rule.min_amount:
            amount = say_number(self.env, rule.min_amount)
            text = self.env._(
                "%(event)s for %(amount)s or more", event=text, amount=amount
            )
        return text

    @api.model
    def _find_error(self, rule):
        is_wrong = rule.min_amount < 0 or rule.amount_unit < 0
        return is_wrong and self.env._("an amount cannot be less than 0.")

    # EVENTS

    @api.model
    def _get_events(self, rule, owners):
        return self._get_shop_events(rule, owners, WHOLE)

    @api.model
    def _get_events_about(self, rule, owners):
        return self._get_shop_events(rule, owners, BY_PRODUCT)

    @api.model
    def _get_shop_events(self, rule, owners, parts):
        """Return the query of the events, each of which is one of ``parts``:
        :data:`WHOLE` or :data:`BY_PRODUCT`."""
        raise NotImplementedError

    @api.model
    def _get_recent_events(self, rule, owners, since, hours=0):
        """Return the owners whose orders, or lines of them, were written, whether or
        not these count: to look at these few again costs less than to find out.

        :param int hours: also find lines that were written so long before
        """
        return SQL(
            """
            WITH changed AS MATERIALIZED (
                SELECT order_id
                  FROM (SELECT id AS order_id, write_date AS date
                          FROM sale_order
                         WHERE website_id IS NOT NULL AND write_date >= %(since)s
                     UNION ALL
                        SELECT order_id,
                               CASE WHEN write_date >= %(since)s THEN write_date
                                    ELSE write_date + %(hours)s * interval '1 hour'
                                END
                          FROM sale_order_line
                         WHERE write_date >= %(earliest)s) written
              GROUP BY order_id
                HAVING min(date) <= %(latest)s
            )
            SELECT owner_id, %(since)s::timestamp AS date FROM (%(linked)s) linked
            """,
            since=since,
            hours=hours,
            earliest=since - timedelta(hours=hours),
            latest=get_latest_date(),
            linked=self._get_linked_orders(
                owners,
                SQL(
                    "(SELECT * FROM sale_order WHERE website_id IS NOT NULL"
                    " AND id IN (SELECT order_id FROM changed))"
                ),
            ),
        )

    @api.model
    def _get_order_events(self, rule, owned, parts, condition, date):
        """Return the query of orders with enough of these products.

        :param SQL owned: the query of orders
        :param SQL condition: on an order ``owned``, of what was ``bought``
        :param SQL date: from when on it counts
        """
        return SQL(
            """
            SELECT owned.owner_id, %(date)s AS date, %(weight)s AS weight, bought.*
              FROM (%(owned)s) owned
        CROSS JOIN LATERAL (
                   SELECT max(line.write_date) AS changed_date,
                          sum(%(amount)s) AS amount,
                          sum(line.price_subtotal) AS price %(column)s
                     FROM sale_order_line line %(joins)s
                    WHERE line.order_id = owned.order_id AND %(is_product)s
                          %(groups)s
                   -- else the amount is worked out again for each condition on it
                   OFFSET 0) bought
             WHERE %(condition)s AND bought.amount >= %(min_amount)s
               -- what is free was bought, too, but not what was refunded
               AND (bought.amount > 0 OR bought.price <= 0)
               AND EXISTS (
                   SELECT FROM sale_order_line line
                     LEFT JOIN res_users author ON author.id = line.create_uid
                    WHERE line.order_id = owned.order_id AND %(is_customers)s
                   OFFSET 0)
            """,
            date=date,
            amount=self._amount,
            **parts,
            owned=owned,
            condition=condition,
            is_product=order_lines.get_is_product_sql(rule),
            weight=order_lines.get_weight_sql(rule, SQL("bought.amount")),
            is_customers=order_lines.get_is_customers_sql(self.env),
            min_amount=rule.min_amount,
        )

    # WHY NOT

    @api.model
    def _get_uncounted_events(self, rule, owners):
        return SQL(
            """
            SELECT owner_id, date, reason
              FROM (SELECT linked.owner_id, cart.date_order AS date,
                           CASE %(reasons)s END AS reason
                      FROM (%(linked)s) linked
                      JOIN sale_order cart ON cart.id = linked.order_id
                      JOIN %(table)s owner ON owner.id = linked.owner_id
                 LEFT JOIN (%(owned)s) owned ON owned.owner_id = linked.owner_id
                       AND owned.order_id = linked.order_id
                CROSS JOIN LATERAL (
                           SELECT count(*) AS line_count,
                                  max(line.write_date) AS changed_date,
                                  bool_or(%(is_customers)s) AS is_customers,
                                  sum(%(amount)s) AS amount,
                                  max(%(amount)s) AS line_amount,
                                  sum(line.price_subtotal) AS price
                             FROM sale_order_line line
                        LEFT JOIN res_users author ON author.id = line.create_uid
                            WHERE line.order_id = cart.id AND %(is_product)s) bought
                     WHERE bought.line_count > 0) other
             WHERE reason IS NOT NULL
            """,
            reasons=SQL(" ").join(
                SQL("WHEN %s THEN %s", condition, reason)
                for condition, reason in self._iter_uncounted(rule, owners)
            ),
            linked=self._get_linked_orders(owners),
            table=SQL.identifier(owners._table),
            owned=self._get_owned_orders(owners),
            is_customers=order_lines.get_is_customers_sql(self.env),
            amount=self._amount,
            is_product=order_lines.get_is_product_sql(rule),
        )

    @api.model
    def _iter_uncounted(self, rule, owners):
        """Yield conditions on ``cart``, that is ``owned`` by its ``owner`` or not, of
        what was ``bought``, each with why it is no event; the first that holds is told.
        """
        visits = self.env["website.crm.score.visits"]
        yield SQL("cart.website_id IS NULL"), "backend"
        yield SQL("cart.state = 'cancel'"), "cancelled"
        yield SQL("owner.company_id != cart.company_id"), "company"
        yield (
            SQL(
                """
                owned.order_id IS NULL AND EXISTS (
                    SELECT FROM (%s) visitor
                     WHERE visitor.owner_id = linked.owner_id
                       AND (visitor.id = cart.website_visitor_id
                            OR visitor.partner_id = cart.partner_id)
                       AND visitor.consent_withdrawn)
                """,
                visits._get_visitors(owners),
            ),
            "consent",
        )
        yield (
            SQL("owned.order_id IS NULL AND NOT (%s)", self._get_is_proven_sql()),
            "unproven",
        )
        yield SQL("owned.order_id IS NULL"), "staff"
        yield from self._iter_uncounted_owned(rule, owners)

    @api.model
    def _iter_uncounted_owned(self, rule, owners):
        """Yield the same for orders that are the owner's."""
        yield SQL("bought.is_customers IS NOT TRUE"), "staff"
        yield (
            SQL(
                "bought.amount < %s OR bought.amount <= 0 AND bought.price > 0",
                rule.min_amount,
            ),
            "amount",
        )

    @api.model
    def _get_uncounted_reasons(self, rule):
        return {
            **super()._get_uncounted_reasons(rule),
            "backend": self.env._("no order of the website"),
            "cancelled": self.env._("cancelled"),
            "unproven": self.env._("the same address, but no account and not paid"),
            "unconfirmed": self.env._("not confirmed yet"),
            "bought": self.env._("bought, then or later"),
            "amount": self.env._("too small an amount, without taxes and refunds"),
        }

    # EVIDENCE

    @api.model
    def _get_evidence_action(self, rule, owner):
        orders = SQL(
            """
            SELECT owned.order_id FROM (%(owned)s) owned
             WHERE owned.owner_id = %(owner)s AND owned.state = ANY(%(states)s)
               AND EXISTS (SELECT FROM sale_order_line line
                            WHERE line.order_id = owned.order_id AND %(is_product)s)
            """,
            owned=self._get_owned_orders(owner),
            owner=owner.id,
            states=list(self._evidence_states),
            is_product=order_lines.get_is_product_sql(rule),
        )
        ids = [id_ for (id_,) in self.env.execute_query(orders)]
        return self._open_evidence("sale.action_orders", Domain("id", "in", ids))
