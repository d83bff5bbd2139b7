from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from odoo.addons.website_crm_score.tests.common import ScoringCase
from odoo.addons.website_crm_score.tests.event_common import EventCase


class ProductCase(ScoringCase):
    """Products without delivery and taxes."""

    @classmethod
    def make_product(cls, name, price, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "list_price": price,
                "type": "service",  # without delivery
                "taxes_id": False,
                "is_published": True,
                **values,
            }
        )


class ShopCase(ProductCase, EventCase):
    """Carts that customers filled some hours ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.public = cls.website.user_id
        cls.tool = cls.make_product("Tool", 100)
        cls.toy = cls.make_product("Toy", 20)
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "List Prices", "company_id": cls.website.company_id.id}
        )
        cls.shopper = cls.make_user(
            "ws_carla",
            "base.group_portal",
            name="Carla Customer",
            email="carla@customer.example",
        )
        cls.customer = cls.shopper.partner_id

    @classmethod
    def make_cart(cls, *products, partner=None, visitor=None, hours=1, **values):
        """Return a cart, with one of each product, as it was left hours ago.

        As the shop does it: the cart is made by the superuser, its lines by whoever
        looks at the website.
        """
        cart = cls.env["sale.order"].create(
            {
                "website_id": cls.website.id,
                "partner_id": (partner or cls.public.partner_id).id,
                "pricelist_id": cls.pricelist.id,
                "website_visitor_id": visitor and visitor.id,
                **values,
            }
        )
        user = cls.public.with_context(**cls.env.context)
        cart.with_user(user).sudo().order_line = [
            Command.create({"product_id": product.id})
            for product in products or cls.tool
        ]
        cls.leave(cart, hours)
        return cart

    @classmethod
    def leave(cls, cart, hours=0):
        """Have a cart be as it is since so many hours."""
        cls.env.flush_all()
        date = cls.now - timedelta(hours=hours)
        for table, column in (("sale_order", "id"), ("sale_order_line", "order_id")):
            cls.env.cr.execute(
                f"UPDATE {table} SET create_date = %s, write_date = %s"
                f" WHERE {column} = %s",
                (date, date, cart.id),
            )
        cls.env.invalidate_all()

    @classmethod
    def make_order(cls, *products, **values):
        """Return a cart that was confirmed."""
        values.setdefault("partner", cls.customer)
        cart = cls.make_cart(*products, **values)
        cart.action_confirm()
        cls.env.flush_all()
        return cart

    @classmethod
    def make_customer_lead(cls, **values):
        return cls.make_lead(partner_id=cls.customer.id, **values)

    def put_by(self, user, cart):
        """Have the products of a cart been put into it by a user."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET create_uid = %s WHERE order_id = %s",
            (user.id, cart.id),
        )
        self.env.invalidate_all()

    def touch(self, record):
        """Have a record be written now, as by a request."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {record._table} SET write_date = %s WHERE id = %s",
            (fields.Datetime.now(), record.id),
        )
        self.env.invalidate_all()
