from odoo.tests import tagged

from odoo.addons.website_crm_score.tests.exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestShopRuleFile(ExchangeCase):
    """Rules on the shop in files: products by name or reference, categories by path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = cls.env["product.template"].create(
            [
                {"name": "Exchanged Lamp", "default_code": "L1"},
                {"name": "Exchanged Lamp", "default_code": "L2"},
                {"name": "Exchanged Desk"},
            ]
        )

    def make_shop_rule(self, **values):
        return self.make_event_rule("purchase", **values)

    def test_products_of_one_name_are_told_apart(self):
        chosen = self.products[1:]
        rule = self.make_shop_rule(product_tmpl_ids=[(6, 0, chosen.ids)], min_amount=9)
        self.assertEqual(
            rule._pack()[0]["product_tmpl_ids"],
            [
                {"name": "Exchanged Desk"},
                {"name": "Exchanged Lamp", "default_code": "L2"},
            ],
        )
        self.assertEqual(self.assertRoundTrip(rule).product_tmpl_ids, chosen)

    def test_categories_of_one_name_are_told_apart_by_those_above_them(self):
        for model, field in (
            ("product.category", "product_categ_id"),
            ("product.public.category", "public_categ_id"),
        ):
            with self.subTest(model):
                categories = self.env[model]
                women, men = categories.create([{"name": "Women X"}, {"name": "Men X"}])
                shoes, _other = categories.create(
                    [{"name": "Shoes X", "parent_id": one.id} for one in (women, men)]
                )
                rule = self.make_shop_rule(**{field: shoes.id})
                self.assertIn("Women X", str(rule._pack()[0][field]))
                self.assertEqual(self.assertRoundTrip(rule)[field], shoes)

    def test_a_product_that_is_not_here_is_told_and_the_rule_is_not_chosen(self):
        rule = self.make_shop_rule(product_tmpl_ids=[(6, 0, self.products[1:].ids)])
        text = self.export(rule)
        rule.unlink()
        self.products[2].unlink()
        [line] = self.read_file(text).line_ids
        self.assertIn("Products: “Exchanged Desk” is not here", line.problems)
        self.assertFalse(line.is_used)
        self.assertEqual(self.import_all(text).product_tmpl_ids, self.products[1])
