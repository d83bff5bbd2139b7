from odoo import api, models
from odoo.tools import SQL

from odoo.addons.website_crm_score.scoring.sharing import share

ALL_ORDERS = SQL("sale_order")


class WebsiteCrmScoreOrders(models.AbstractModel):
    """Orders of the website, by whose they are.

    They are of a lead if their customer is its contact, has its e-mail address or is
    one of its visitors, or if one of its visitors began the cart; they are of a contact
    who is the customer or that visitor.

    Anybody can type an address at the checkout: by it alone an order is of the lead
    only if its customer has an account, and so logged in, or paid.
    """

    _name = "website.crm.score.orders"
    _description = "Orders of Leads and Contacts"

    @api.model
    def _get_owned_orders(self, owners):
        """Return the query of the orders of the website, once for each owner.

        Orders of other companies are none of an owner's that is of one company.

        :param models.BaseModel owners: the model of leads or of contacts
        :rtype: SQL
        """
        orders = SQL(" UNION ").join(
            SQL(
                "SELECT %s AS owner_id, cart.id AS order_id, cart.state,"
                " cart.date_order, cart.company_id, cart.website_id,"
                " COALESCE(NULLIF(cart.currency_rate, 0), 1) AS rate"
                " FROM sale_order cart %s WHERE cart.website_id IS NOT NULL AND %s",
                *way,
            )
            for way in self._iter_ways(owners)
        )
        if len(self.env["res.company"]._get_all_company_ids()) > 1:
            orders = SQL(
                """
                SELECT owned.*
                  FROM (%s) owned
                  JOIN %s owner ON owner.id = owned.owner_id
                 WHERE owner.company_id IS NULL OR owner.company_id = owned.company_id
                """,
                orders,
                SQL.identifier(owners._table),
            )
        return share(self.env, f"{owners._table}_orders", orders)

    @api.model
    def _get_linked_orders(self, owners, orders=ALL_ORDERS):
        """Return the query of the orders, by ``order_id``, that have anything to do
        with each of the owners: theirs, and those that are not said to be.

        :param models.BaseModel owners: the model of leads or of contacts
        :param SQL orders: the table of orders to look at
        :rtype: SQL
        """
        ways = [(owner, joins) for owner, joins, _condition in self._iter_ways(owners)]
        if owners._name == "crm.lead":
            # Each by itself: from few orders on, PostgreSQL finds their customers then.
            customers = self._iter_customers(owners)
            ways[:1] = [_get_customer_way(query) for query in customers]
        return SQL(" UNION ").join(
            SQL(
                "SELECT %s AS owner_id, cart.id AS order_id FROM %s cart %s",
                owner,
                orders,
                joins,
            )
            for owner, joins in ways
        )

    @api.model
    def _iter_ways(self, owners):
        """Yield the owner, the joins with ``cart`` and the condition: of customers, and
        of visitors who began the cart or, of leads, are the customer."""
        is_known = self._get_is_known_sql()
        is_visitor = SQL("visitor.id = cart.website_visitor_id")
        if owners._name == "res.partner":
            yield SQL("cart.partner_id"), SQL(), is_known
            yield self._get_visitor_way(owners, is_visitor)
            return
        # All customers at once: PostgreSQL then plans once how to prove who they are.
        customers = SQL(" UNION ").join(self._iter_customers(owners))
        yield *_get_customer_way(customers), self._get_is_proven_sql()
        yield self._get_visitor_way(owners, is_visitor)
        is_customer = SQL("visitor.partner_id = cart.partner_id AND %s", is_known)
        yield self._get_visitor_way(owners, is_customer)

    @api.model
    def _iter_customers(self, leads):
        """Yield queries of the customers, by ``partner_id``, of each lead: its contact,
        those with its e-mail, and those with what these were before others were merged
        into it."""
        known = self.env["website.crm.score.identity"]
        yield SQL(
            "SELECT id AS owner_id, partner_id FROM crm_lead"
            " WHERE partner_id IS NOT NULL"
        )
        yield SQL(
            "SELECT lead.id AS owner_id, customer.id AS partner_id FROM crm_lead lead"
            " JOIN res_partner customer"
            " ON customer.email_normalized = lead.email_normalized"
        )
        yield SQL(
            "SELECT lead_id AS owner_id, contact_id AS partner_id FROM (%s) known",
            known._get_former_contacts_sql(),
        )
        yield SQL(
            "SELECT known.owner_id, customer.id AS partner_id FROM (%s) known"
            " JOIN res_partner customer ON customer.email_normalized = known.email",
            known._get_former_emails_sql(leads),
        )

    @api.model
    def _get_visitor_way(self, owners, condition):
        visits = self.env["website.crm.score.visits"]
        joins = SQL("JOIN (%s) visitor ON %s", visits._get_visitors(owners), condition)
        is_counted = visits._get_is_counted_sql(SQL("cart.create_date"))
        return SQL("visitor.owner_id"), joins, is_counted

    @api.model
    def _get_is_known_sql(self):
        """Return the condition that the customer of ``cart`` is a person, and not the
        one that all anonymous carts have."""
        return SQL(
            """
            cart.partner_id NOT IN (
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


def _get_customer_way(customers):
    """Return the owner and the joins with ``cart`` of those who are its customer."""
    return SQL("customer.owner_id"), SQL(
        "JOIN (%s) customer ON customer.partner_id = cart.partner_id", customers
    )
