from lxml import etree

from odoo.tests import new_test_user

OFFERS = "//*[@name=$name][self::button or self::a or self::widget or self::field"
OFFERS += " or self::filter or self::page]"


class ViewRightsTests:
    """Tests of an addon, that of the class that has them: what its screens have for
    some people is there for them, and there alone."""

    groups = "sales_team.group_sale_manager,crm.group_use_lead"
    # Who has no access to a model is asked of in the tests of access.
    others = "sales_team.group_sale_salesman_all_leads,crm.group_use_lead"

    # Names by view; those of actions with their external ids
    views = {}
    menus = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, login="ws_rights", groups=cls.groups)
        cls.other = new_test_user(cls.env, login="ws_no_rights", groups=cls.others)

    def count_offers(self, user, view, name):
        """Return how often something is in a view as a user has it."""
        if "." in name:
            name = str(self.env.ref(name).id)
        root = view
        while root.mode != "primary":
            root = root.inherit_id
        records = self.env[view.model].with_user(user)
        arch = etree.fromstring(records.get_view(root.id, root.type)["arch"])
        return len(arch.xpath(OFFERS, name=name))

    def test_what_a_screen_has_for_some_others_do_not_have(self):
        for xml_id, names in self.views.items():
            view = self.env.ref(xml_id)
            for name in names.split():
                with self.subTest(view=xml_id, name=name):
                    self.assertTrue(self.count_offers(self.user, view, name))
                    self.assertFalse(self.count_offers(self.other, view, name))

    def test_menus_for_some_others_do_not_have(self):
        addon = type(self).__module__.split(".")[2]
        menus = self.env["ir.ui.menu"]
        shown, hidden = (
            menus.with_user(user)._visible_menu_ids()
            for user in (self.user, self.other)
        )
        for name in self.menus.split():
            with self.subTest(name):
                menu = self.env.ref(f"{addon}.{name}")
                self.assertIn(menu.id, shown)
                self.assertNotIn(menu.id, hidden)
