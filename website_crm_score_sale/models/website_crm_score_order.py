from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class WebsiteCrmScoreOrder(models.Model):
    """The sources of events of the shop: orders and their lines.

    Orders are those of the website that a customer put something into: what the staff
    duplicates or buys is none. They are of a lead if their customer is its contact, has
    its e-mail address or is one of its visitors, or if one of its visitors began the
    cart; they are of a contact who is the customer or that visitor.

    Anybody can type an address at the checkout: by it alone an order is of the lead
    only if its customer has an account, and so logged in, or paid.
    """

    _inherit = "website.crm.score"

    # SOURCES

    def _get_events_cart_add(self):
        """Return the lines that customers added, as long as they are in the cart."""
        return SQL(
            """
            SELECT owned.%(owner)s, line.create_date AS date, %(weight)s AS weight
              FROM (%(owned)s) owned
                   -- by its offset it stays a subquery: orders have few lines, but
                   -- PostgreSQL can think that it has to read all lines
        CROSS JOIN LATERAL (
                   SELECT * FROM sale_order_line line
                    WHERE line.order_id = owned.order_id AND %(is_product)s
                   OFFSET 0) line
         LEFT JOIN res_users author ON author.id = line.create_uid
             WHERE owned.state != 'cancel' AND %(is_customers)s
               AND line.price_subtotal >= 0 AND %(amount)s >= %(min_amount)s
            """,
            owner=self._get_owner_sql(),
            owned=self._get_owned_orders(SQL("sale_order")),
            is_product=self._get_is_product_sql(),
            amount=self._get_line_amount_sql(),
            weight=self._get_weight_sql(self._get_line_amount_sql()),
            is_customers=self._get_is_customers_sql(),
            min_amount=self.min_amount,
        )

    def _get_events_cart_abandoned(self):
        """Return the carts with these products; they count when they are left.

        Whoever bought something later on the same website, by whatever cart, left none.
        """
        return SQL(
            """
            SELECT * FROM (%(carts)s) cart
             WHERE NOT EXISTS (
                   SELECT FROM (%(owned)s) later
                    WHERE later.%(owner)s = cart.%(owner)s AND later.state = 'sale'
                      AND later.website_id = cart.website_id
                      AND later.date_order >= cart.changed_date)
            """,
            carts=self._get_order_events(
                "draft",
                date=SQL(
                    "bought.changed_date + %s * interval '1 hour'", self.cart_hours
                ),
                amount=self._get_line_amount_sql(),
            ),
            owned=self._get_owned_orders(SQL("sale_order")),
            owner=self._get_owner_sql(),
        )

    def _get_events_purchase(self):
        """Return the confirmed orders, less what was refunded of them."""
        return self._get_order_events(
            "sale",
            date=SQL("owned.date_order"),
            amount=SQL("%s - %s", self._get_line_amount_sql(), self._get_refund_sql()),
        )

    def _get_recent_events_cart_add(self, since):
        return self._get_changed_orders(since)

    def _get_recent_events_purchase(self, since):
        return self._get_changed_orders(since)

    def _get_recent_events_cart_abandoned(self, since):
        # A cart counts some time after its last change, and no longer after the next.
        return self._get_changed_orders(since, hours=self.cart_hours)

    def _get_changed_orders(self, since, hours=0):
        """Return the query of owners whose orders, or lines of them, were written.

        :param datetime since: in UTC
        :param int hours: also find lines that were written so long before
        :rtype: SQL
        """
        return SQL(
            """
            WITH changed AS (
                SELECT id AS order_id, write_date AS date
                  FROM sale_order
                 WHERE website_id IS NOT NULL AND write_date >= %(since)s
             UNION ALL
                SELECT order_id, CASE WHEN write_date >= %(since)s THEN write_date
                                      ELSE write_date + %(hours)s * interval '1 hour'
                                  END AS date
                  FROM sale_order_line
                 WHERE write_date >= %(earliest)s
            )
            SELECT owned.%(owner)s, changed.date
              FROM changed
              JOIN (%(owned)s) owned ON owned.order_id = changed.order_id
            """,
            since=since,
            hours=hours,
            earliest=since - timedelta(hours=hours),
            owner=self._get_owner_sql(),
            owned=self._get_owned_orders(
                SQL(
                    "(SELECT * FROM sale_order"
                    " WHERE id IN (SELECT order_id FROM changed))"
                )
            ),
        )

    def _get_order_events(self, state, date, amount):
        """Return the query of orders with enough of these products.

        :param str state: of the orders
        :param SQL date: from when on an order ``owned``, of what was ``bought``, counts
        :param SQL amount: of a row ``line``
        :rtype: SQL
        """
        return SQL(
            """
            SELECT owned.%(owner)s, %(date)s AS date, %(weight)s AS weight,
                   owned.website_id, bought.changed_date
              FROM (%(owned)s) owned
        CROSS JOIN LATERAL (
                   SELECT max(line.write_date) AS changed_date,
                          sum(%(amount)s) AS amount,
                          sum(line.price_subtotal) AS price
                     FROM sale_order_line line
                    WHERE line.order_id = owned.order_id AND %(is_product)s) bought
             WHERE owned.state = %(state)s AND bought.amount >= %(min_amount)s
               -- what is free was bought, too, but not what was refunded
               AND (bought.amount > 0 OR bought.price <= 0)
               AND (SELECT bool_or(%(is_customers)s)
                      FROM sale_order_line line
                 LEFT JOIN res_users author ON author.id = line.create_uid
                     WHERE line.order_id = owned.order_id)
            """,
            owner=self._get_owner_sql(),
            date=date,
            amount=amount,
            owned=self._get_owned_orders(SQL("sale_order")),
            state=state,
            is_product=self._get_is_product_sql(),
            weight=self._get_weight_sql(SQL("bought.amount")),
            is_customers=self._get_is_customers_sql(),
            min_amount=self.min_amount,
        )

    def _get_owned_orders(self, orders):
        """Return the query of the orders of the website, once for each owner.

        Orders of other companies are none of an owner's that is of one company.

        :param SQL orders: the table of orders to look at
        :rtype: SQL
        """
        if self.apply_to == "partner":
            sources = (self._get_customers_sql(orders), self._get_visitors_sql(orders))
        else:
            sources = (
                *self._get_customer_leads_sqls(orders),
                *self._get_visitor_leads_sqls(orders),
            )
        return SQL(
            """
            SELECT owned.*
              FROM (%(sources)s) owned
              JOIN %(table)s owner ON owner.id = owned.%(owner)s
             WHERE owner.company_id IS NULL OR owner.company_id = owned.company_id
            """,
            sources=SQL(" UNION ").join(sources),
            table=SQL.identifier(self._get_owners(self.apply_to)._table),
            owner=self._get_owner_sql(),
        )

    def _get_customers_sql(self, orders):
        return SQL(
            "%s WHERE %s",
            self._get_orders_sql(SQL("cart.partner_id"), orders),
            self._get_is_known_sql(),
        )

    def _get_visitors_sql(self, orders):
        return SQL(
            "%s JOIN website_visitor visitor ON visitor.id = cart.website_visitor_id"
            " WHERE visitor.partner_id IS NOT NULL AND %s AND %s",
            self._get_orders_sql(SQL("visitor.partner_id"), orders),
            SQL("cart.website_id IS NOT NULL"),
            self.env["website.visitor"]._get_is_counted_sql(SQL("cart.create_date")),
        )

    def _get_customer_leads_sqls(self, orders):
        """Return the queries of leads whose contact or e-mail is the customer's, or was
        before they were merged into another."""
        head = self._get_orders_sql(SQL("lead.id AS lead_id"), orders)
        is_proven = self._get_is_proven_sql()
        yield SQL(
            "%s JOIN crm_lead lead ON lead.partner_id = cart.partner_id WHERE %s",
            head,
            is_proven,
        )
        yield SQL(
            "%s JOIN res_partner customer ON customer.id = cart.partner_id"
            " JOIN crm_lead lead ON lead.email_normalized = customer.email_normalized"
            " WHERE %s",
            head,
            is_proven,
        )
        known = self.env["website.crm.score.identity"]
        yield SQL(
            "%s JOIN (%s) lead ON lead.contact_id = cart.partner_id WHERE %s",
            self._get_orders_sql(SQL("lead.lead_id"), orders),
            known._get_former_contacts_sql(),
            is_proven,
        )
        yield SQL(
            "%s JOIN res_partner customer ON customer.id = cart.partner_id"
            " JOIN (%s) lead ON lead.email = customer.email_normalized WHERE %s",
            self._get_orders_sql(SQL("lead.owner_id AS lead_id"), orders),
            known._get_former_emails_sql(self.env["crm.lead"]),
            is_proven,
        )

    def _get_visitor_leads_sqls(self, orders):
        """Return the queries of leads whose visitor began the cart or is customer."""
        visitors = self.env["website.visitor"]
        for condition, is_theirs in (
            (SQL("visitor.id = cart.website_visitor_id"), SQL("TRUE")),
            (SQL("visitor.partner_id = cart.partner_id"), self._get_is_known_sql()),
        ):
            yield SQL(
                "%s JOIN website_visitor visitor ON %s"
                " JOIN crm_lead_website_visitor_rel link"
                " ON link.website_visitor_id = visitor.id"
                " WHERE cart.website_id IS NOT NULL AND %s AND %s",
                self._get_orders_sql(SQL("link.crm_lead_id AS lead_id"), orders),
                condition,
                is_theirs,
                visitors._get_is_counted_sql(SQL("cart.create_date")),
            )

    @api.model
    def _get_orders_sql(self, owner, orders):
        return SQL(
            "SELECT %s, cart.id AS order_id, cart.state, cart.date_order,"
            " cart.company_id, cart.website_id,"
            " COALESCE(NULLIF(cart.currency_rate, 0), 1) AS rate"
            " FROM %s cart",
            owner,
            orders,
        )

    @api.model
    def _get_is_known_sql(self):
        """Return the condition that the customer of ``cart`` is a person, and not the
        one that all anonymous carts have."""
        return SQL(
            """
            cart.website_id IS NOT NULL AND cart.partner_id NOT IN (
                SELECT anonymous.partner_id
                  FROM website
                  JOIN res_users anonymous ON anonymous.id = website.user_id)
            """
        )

    @api.model
    def _get_is_proven_sql(self):
        """Return the condition that the customer of ``cart`` is who the address says:
        with an account, which only a login gives a cart to, or by having paid."""
        return SQL(
            """
            %s AND (
                EXISTS (
                    SELECT FROM res_users account
                     WHERE account.partner_id = cart.partner_id)
                OR EXISTS (
                    SELECT FROM sale_order_transaction_rel rel
                      JOIN payment_transaction payment
                        ON payment.id = rel.transaction_id
                     WHERE rel.sale_order_id = cart.id
                       AND payment.state IN ('authorized', 'done'))
                OR EXISTS (
                    SELECT FROM sale_order_line line
                      JOIN sale_order_line_invoice_rel rel
                        ON rel.order_line_id = line.id
                      JOIN account_move_line entry ON entry.id = rel.invoice_line_id
                      JOIN account_move invoice ON invoice.id = entry.move_id
                     WHERE line.order_id = cart.id AND invoice.move_type = 'out_invoice'
                       AND invoice.payment_state IN ('partial', 'in_payment', 'paid')
                       AND invoice.amount_total > 0))
            """,
            self._get_is_known_sql(),
        )

    @api.model
    def _get_is_customers_sql(self):
        """Return the condition that a line, of which ``author`` is the user, was put in
        by a customer; one who deleted the account is no user any more."""
        was_staff = self.env["res.partner"]._was_staff_sql(
            SQL("author.partner_id"), SQL("line.create_date")
        )
        return SQL("author.share IS NOT FALSE AND NOT %s", was_staff)

    def _get_is_product_sql(self):
        """Return the condition that ``line`` is of a product of this rule."""
        condition = SQL(
            "line.display_type IS NULL AND line.is_delivery IS NOT TRUE"
            " AND line.is_downpayment IS NOT TRUE"
        )
        domain = Domain.TRUE
        if self.product_tmpl_ids:
            domain &= Domain("product_tmpl_id", "in", self.product_tmpl_ids.ids)
        if self.product_categ_id:
            domain &= Domain("categ_id", "child_of", self.product_categ_id.id)
        if self.public_categ_id:
            domain &= Domain("public_categ_ids", "child_of", self.public_categ_id.id)
        if domain.is_true():
            return condition
        # sudo: the rule counts what it says, whoever runs it; archived products were
        # bought, too
        products = self.env["product.product"].sudo().with_context(active_test=False)
        query = products._search(domain)
        return SQL("%s AND line.product_id IN %s", condition, query.subselect())

    @api.model
    def _get_line_amount_sql(self):
        """Return the amount of ``line``, of the order ``owned``."""
        return SQL("line.price_subtotal / owned.rate")

    @api.model
    def _get_refund_sql(self):
        """Return what was refunded of ``line`` and not invoiced again."""
        return SQL(
            """
            (SELECT GREATEST(COALESCE(sum(item.price_subtotal) FILTER (
                                WHERE item.kind = 'out_refund'), 0)
                             - GREATEST(COALESCE(sum(item.price_subtotal) FILTER (
                                WHERE item.kind = 'out_invoice'), 0)
                                        - line.price_subtotal, 0), 0)
               FROM (SELECT entry.price_subtotal, move.move_type AS kind
                       FROM sale_order_line_invoice_rel rel
                       JOIN account_move_line entry ON entry.id = rel.invoice_line_id
                       JOIN account_move move ON move.id = entry.move_id
                      WHERE rel.order_line_id = line.id AND move.state = 'posted'
                    ) item) / owned.rate
            """
        )

    def _get_weight_sql(self, amount):
        """Return how many times the points an event of ``amount`` is worth."""
        if not self.amount_unit:
            return SQL("1")
        return SQL("GREATEST(%s, 0) / %s::numeric", amount, self.amount_unit)
