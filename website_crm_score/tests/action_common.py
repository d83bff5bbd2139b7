DIALOGS = ("ir.actions.act_window", "ir.actions.client")


class ActionPathTests:
    """Tests of an addon, that of the class that has them: what it opens has an address
    that can be read, such as ``/odoo/scoring-rules``.

    Not what opens in a dialog, which has no address.
    """

    def find_own(self, models):
        """Return the records of these models that the addon has."""
        addon = type(self).__module__.split(".")[2]
        data = self.env["ir.model.data"].search(
            [("module", "=", addon), ("model", "in", models)]
        )
        return [self.env[entry.model].browse(entry.res_id) for entry in data]

    def find_pages(self):
        """Return the actions of the addon, and those that its menus open."""
        actions = self.find_own(["ir.actions.act_window", "ir.actions.client"])
        menus = self.find_own(["ir.ui.menu"])
        actions += [menu.action for menu in menus if menu.action]
        return [
            action
            for action in actions
            if action._name not in DIALOGS or action.target != "new"
        ]

    def test_each_page_of_ours_has_an_address_that_can_be_read(self):
        without = {page.name for page in self.find_pages() if not page.path}
        self.assertFalse(without)
