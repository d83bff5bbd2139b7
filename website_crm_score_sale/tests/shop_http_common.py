import re

from odoo.http import Request

from odoo.addons.payment.tests.http_common import PaymentHttpCommon

from .shop_common import ProductCase


class ShopHttpCase(PaymentHttpCommon, ProductCase):
    """What a browser asks the shop for, and the scheduler's jobs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website.domain = False
        cls.set_registry_readonly_mode(False)  # pages are tracked on the primary only
        cls.env["product.pricelist"].search([]).active = False
        cls.tool = cls.make_product("WS Tool", 100)
        cls.gift = cls.make_product("WS Gift", 0)

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)  # a visitor with a session, as a browser keeps

    def visit(self, path):
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200)
        return response

    def add_to_cart(self, product, **headers):
        """Add a product as the shop does, and return the cart."""
        before = self.env["sale.order"].search([])
        self.make_jsonrpc_request(
            "/shop/cart/add",
            {
                "product_template_id": product.product_tmpl_id.id,
                "product_id": product.id,
                "quantity": 1,
            },
            headers=headers or None,
        )
        self.env.invalidate_all()
        return self.env["sale.order"].search([]) - before

    def send_form(self, **values):
        values = {
            "contact_name": "Vera Visitor",
            "email_from": "vera@visitor.example",
            "name": "A question",
            **values,
        }
        response = self.url_open("/website/form/crm.lead", data=values)
        self.assertEqual(response.status_code, 200)
        self.env.invalidate_all()
        return self.Lead.browse(response.json()["id"])

    def submit_address(self, email="vera@visitor.example"):
        response = self.url_open(
            "/shop/address/submit",
            data={
                "name": "Vera Visitor",
                "email": email,
                "phone": "+32 2 290 34 90",
                "street": "Street 1",
                "city": "Town",
                "zip": "1000",
                "country_id": self.country_belgium.id,
                "address_type": "billing",
                "use_delivery_as_billing": "true",
                "csrf_token": Request.csrf_token(self),
            },
        )
        self.assertIn("redirectUrl", response.json())
        self.env.invalidate_all()

    def pay(self, order):
        """Pay as the shop does, and as its page of the payment's status goes on."""
        transaction = self.make_jsonrpc_request(
            f"/shop/payment/transaction/{order.id}",
            {
                "access_token": order._portal_ensure_token(),
                "provider_id": self.provider.id,
                "payment_method_id": self.payment_method_id,
                "token_id": None,
                "amount": order.amount_total,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/shop/payment/validate",
            },
        )
        self.confirm_payment(transaction["reference"])
        status = self.make_jsonrpc_request("/payment/status/poll", {})
        self.assertEqual(status["state"], "done")
        self.visit(status["landing_route"])
        self.env.invalidate_all()

    def confirm_payment(self, reference):
        """Have the provider tell that it was paid."""
        self._get_tx(reference)._set_done()
        self.env.flush_all()

    def log_in(self, login, password):
        page = self.visit("/web/login").text
        [token] = re.findall('name="csrf_token" value="(.+?)"', page)
        data = {"login": login, "password": password, "csrf_token": token}
        response = self.url_open("/web/login", data=data)
        self.assertEqual(response.status_code, 200)

    def run_job(self, name="ir_cron_assign_scores"):
        self.env.flush_all()
        self.env.ref(f"website_crm_score.{name}").method_direct_trigger()
        self.env.invalidate_all()
