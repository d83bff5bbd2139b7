"""Order lines of a shop, four to an order, made by SQL, and rules on carts and orders.

All is drawn by hashes of numbers, so that each run and each machine has the same; only
the dates follow the clock.
"""

from scoring.workload import LINKS, VISITORS

from .statements import execute, make_rules

ADDON = "website_crm_score_sale"
LINES = 4  # of each order
ORDERS = 2  # of each customer, on average
PRODUCTS = 20
RULES = {"cart_add": 15, "cart_abandoned": -5, "purchase": 100}

# The customer of the lead ``n`` has the id ``n`` beyond those that Odoo comes with.
CUSTOMERS = """
INSERT INTO res_partner (
    id, name, complete_name, email, email_normalized, type, active, autopost_bills,
    commercial_partner_id, create_date, write_date
)
SELECT id, 'Customer ' || number, 'Customer ' || number, email, email, 'contact', TRUE,
       'ask', id, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
  FROM (SELECT number, 'customer' || number || '@customer.example' AS email,
               (SELECT max(id) FROM res_partner) + number AS id
          FROM generate_series(%(first)s, %(last)s) number) customer
"""
# They log in: without an account, only what is paid is theirs.
ACCOUNTS = """
INSERT INTO res_users (login, active, share, company_id, partner_id, notification_type)
SELECT email, TRUE, TRUE, 1, id, 'email'
  FROM res_partner WHERE email LIKE 'customer%%@customer.example'
"""
LEADS = """
INSERT INTO crm_lead (
    id, name, type, active, won_status, stage_id, probability, automated_probability,
    partner_id, email_from, email_normalized, company_id, create_date, write_date
)
SELECT row_number() OVER (ORDER BY id), name, 'lead', TRUE, 'pending',
       (SELECT id FROM crm_stage ORDER BY sequence, id LIMIT 1), 10, 10,
       id, email, email, 1, create_date, write_date
  FROM res_partner WHERE email LIKE 'customer%%@customer.example'
"""
# Of a hundred orders 10 are cancelled, 30 are carts, of whose customers a third is but
# a visitor.
CARTS = """
INSERT INTO sale_order (
    id, name, state, company_id, website_id, website_visitor_id, partner_id,
    partner_invoice_id, partner_shipping_id, currency_id, currency_rate, date_order,
    create_date, write_date
)
SELECT number, 'S' || number, state, 1, website.id, visitor.id, customer.id,
       customer.id, customer.id, company.currency_id, 1, moment, moment, moment
  FROM (SELECT number,
               1 + pg_temp.pick(number, 1, (SELECT count(*)::integer FROM crm_lead))
                   AS lead_id,
               CASE WHEN share < 10 THEN 'cancel' WHEN share < 40 THEN 'draft'
                    ELSE 'sale' END AS state,
               share BETWEEN 10 AND 19 AS is_anonymous,
               now() AT TIME ZONE 'UTC' - interval '1 day' * (%(youngest)s
                   + (%(oldest)s - %(youngest)s)
                   * (%(last)s - number) / (%(last)s + 1 - %(first)s)) AS moment
          FROM generate_series(%(first)s, %(last)s) number, LATERAL (
               SELECT pg_temp.pick(number, 2, 100) AS share) drawn
       ) cart
  JOIN (SELECT id, user_id, company_id FROM website ORDER BY id LIMIT 1) website ON TRUE
  JOIN res_company company ON company.id = website.company_id
  JOIN res_users anonymous ON anonymous.id = website.user_id
  JOIN crm_lead lead ON lead.id = cart.lead_id
  LEFT JOIN website_visitor visitor ON visitor.id = cart.lead_id AND cart.is_anonymous
  JOIN res_partner customer ON customer.id = CASE WHEN visitor.id IS NULL
                                                  THEN lead.partner_id
                                                  ELSE anonymous.partner_id END
 ORDER BY number
"""
LINES_OF_CARTS = """
INSERT INTO sale_order_line (
    order_id, product_id, product_uom_id, name, product_uom_qty, price_unit,
    price_subtotal, price_total, customer_lead, state, company_id, currency_id,
    order_partner_id, create_uid, write_uid, create_date, write_date
)
SELECT cart.id, product.id, template.uom_id, 'Product', 1, price, price, price, 0,
       cart.state, cart.company_id, cart.currency_id, cart.partner_id, website.user_id,
       website.user_id, cart.write_date, cart.write_date
  FROM (SELECT array_agg(id ORDER BY id) AS ids FROM product_product
         WHERE default_code LIKE 'BENCH-%%') choice,
       sale_order cart
  JOIN website ON website.id = cart.website_id,
       generate_series(1, %(lines)s) line, LATERAL (
       SELECT cart.id * 10::bigint + line AS number) drawn, LATERAL (
       SELECT 1 + pg_temp.pick(number, 3, 200) AS price,
              choice.ids[1 + pg_temp.pick(number, 4, cardinality(choice.ids))]
                  AS product_id) bought
  JOIN product_product product ON product.id = bought.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
 WHERE cart.id BETWEEN %(first)s AND %(last)s
 ORDER BY cart.id, line
"""
# A lead and its visitor have the same number.
WRONG = f"""
WITH cart AS (
     SELECT COALESCE(cart.website_visitor_id, owner.id) AS lead_id, cart.state,
            cart.date_order, cart.write_date
       FROM sale_order cart
       LEFT JOIN crm_lead owner ON owner.partner_id = cart.partner_id
      WHERE cart.state != 'cancel'
), bought AS (
     SELECT lead_id, max(date_order) AS date FROM cart WHERE state = 'sale' GROUP BY 1
)
SELECT count(*)
  FROM crm_lead lead
  LEFT JOIN (
       SELECT cart.lead_id,
              sum({RULES["cart_add"]} * {LINES}
                  + CASE WHEN cart.state = 'sale' THEN {RULES["purchase"]}
                         WHEN cart.write_date < now() AT TIME ZONE 'UTC'
                                                - interval '1 day'
                              AND (bought.date < cart.write_date) IS NOT FALSE
                         THEN {RULES["cart_abandoned"]} ELSE 0 END) AS score
         FROM cart LEFT JOIN bought ON bought.lead_id = cart.lead_id
        GROUP BY 1) recount ON recount.lead_id = lead.id
 WHERE lead.score != COALESCE(recount.score, 0)
"""


def prepare(env):
    """Make products and rules; a worker's, see :mod:`workers`."""
    env["product.product"].create(
        [
            {"name": f"Product {number}", "default_code": f"BENCH-{number}"}
            for number in range(PRODUCTS)
        ]
    )
    make_rules(env, RULES)
    env.cr.commit()


def add_owners(database, size):
    """Add the customers of so many order lines, their leads, and visitors of some.

    :param database: its name on the server
    """
    last = max(size // LINES // ORDERS, 1)
    statements = (CUSTOMERS, ACCOUNTS, LEADS, VISITORS, LINKS)
    execute(database, statements, {"first": 1, "last": last})


def add_events(database, first, last, days):
    """Add the orders with the lines numbered ``first`` to ``last``, oldest first.

    :param database: its name on the server
    :param tuple days: how long ago the oldest and the youngest are
    """
    oldest, youngest = days
    numbers = {"first": (first - 1) // LINES + 1, "last": last // LINES}
    numbers |= {"lines": LINES, "oldest": oldest, "youngest": youngest}
    execute(database, (CARTS, LINES_OF_CARTS), numbers)
