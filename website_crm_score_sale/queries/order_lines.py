"""Rows ``line`` of orders: whose they are, of which products, and how much they are."""

from odoo.fields import Domain
from odoo.tools import SQL

# Of the order ``owned``
AMOUNT = SQL("line.price_subtotal / owned.rate")
# What was refunded and not invoiced again
REFUND = SQL(
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


def get_weight_sql(rule, amount):
    """Return how many times the points an event of ``amount`` is worth."""
    if not rule.amount_unit:
        return SQL("1")
    return SQL("GREATEST(%s, 0) / %s::numeric", amount, rule.amount_unit)


def get_is_customers_sql(env):
    """Return the condition that a line, of which ``author`` is the user, was put in by
    a customer; one who deleted the account is no user any more."""
    was_staff = env["res.partner"]._was_staff_sql(
        SQL("author.partner_id"), SQL("line.create_date")
    )
    return SQL("author.share IS NOT FALSE AND NOT %s", was_staff)


def get_is_product_sql(rule):
    """Return the condition that a line is of a product of ``rule``."""
    condition = SQL(
        "line.display_type IS NULL AND line.is_delivery IS NOT TRUE"
        " AND line.is_downpayment IS NOT TRUE"
    )
    domain = Domain.TRUE
    if rule.product_tmpl_ids:
        domain &= Domain("product_tmpl_id", "in", rule.product_tmpl_ids.ids)
    if rule.product_categ_id:
        domain &= Domain("categ_id", "child_of", rule.product_categ_id.id)
    if rule.public_categ_id:
        domain &= Domain("public_categ_ids", "child_of", rule.public_categ_id.id)
    if domain.is_true():
        return condition
    # sudo: the rule counts what it says, whoever runs it; archived products were
    # bought, too
    products = rule.env["product.product"].sudo().with_context(active_test=False)
    query = products._search(domain)
    return SQL("%s AND line.product_id IN %s", condition, query.subselect())
