from ast import literal_eval
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import tagged

from .common import ScoringCase


@tagged("post_install", "-at_install")
class TestContactFilters(ScoringCase):
    """Contacts are searched by their scores as leads are."""

    OURS = (
        *("grade_a", "grade_b", "grade_c", "very_engaged", "risen", "cooled_down"),
        *("not_scored", "group_by_score_grade", "group_by_score_ids"),
    )

    def find_filters(self, owners, view):
        """Return the domains, or else contexts, of our filters of a search view."""
        arch = owners.get_view(self.env.ref(view).id, "search")["arch"]
        filters = etree.fromstring(arch).iter("filter")
        return {
            node.get("name"): node.get("domain") or node.get("context")
            for node in filters
            if node.get("name") in self.OURS
        }

    def test_contacts_have_the_filters_of_leads(self):
        seller = self.make_user("seller", "sales_team.group_sale_salesman_all_leads")
        contacts = self.env["res.partner"].with_user(seller)
        of_contacts = self.find_filters(contacts, "base.view_res_partner_filter")
        self.assertEqual(set(of_contacts), set(self.OURS))
        for view in ("leads", "opportunities"):
            view = f"crm.view_crm_case_{view}_filter"
            of_leads = self.find_filters(self.Lead.with_user(seller), view)
            self.assertEqual(of_contacts, of_leads)

    def test_who_may_not_see_scores_has_none_of_them(self):
        clerk = self.make_user("clerk", "base.group_user")
        contacts = self.env["res.partner"].with_user(clerk)
        self.assertFalse(self.find_filters(contacts, "base.view_res_partner_filter"))

    def test_they_find_contacts(self):
        seller = self.make_user("seller", "sales_team.group_sale_salesman_all_leads")
        best, risen, none = contacts = self.env["res.partner"].create(
            [{"name": f"{name} of filters"} for name in ("Best", "Risen", "None")]
        )
        named = [("id", "in", contacts.ids)]
        domain = [("name", "=", "Best of filters")]
        self.make_rule(domain, 60, apply_to="partner")
        self.make_rule(domain, 60, apply_to="partner", category="engagement")
        domain = [("name", "=", "Risen of filters")]
        self.make_rule(domain, 1, apply_to="partner")
        self.run_rules()
        self.env["website.crm.score.history"].create(
            {
                "partner_id": risen.id,
                "date": fields.Date.today() - timedelta(days=2),
                "score_before": -24,
                "score": 1,
            }
        )
        found = {
            name: contacts.with_user(seller).search([*named, *literal_eval(domain)])
            for name, domain in self.find_filters(
                contacts.with_user(seller), "base.view_res_partner_filter"
            ).items()
            if domain.startswith("[")
        }
        self.assertEqual(found["grade_a"], best)
        self.assertEqual(found["very_engaged"], best)
        self.assertEqual(found["grade_c"], risen + none)
        self.assertEqual(found["risen"], risen)
        self.assertFalse(found["grade_b"] + found["cooled_down"] + found["not_scored"])
