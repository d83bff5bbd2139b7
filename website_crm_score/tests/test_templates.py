from ast import literal_eval
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .event_common import EventCase


@tagged("post_install", "-at_install")
class TestTemplates(EventCase):
    def setUp(self):
        super().setUp()
        self.Template = self.env["website.crm.score.template"]

    def make_rules(self, template, **values):
        wizard = self.Template.create({"template": template, **values})
        action = wizard.action_create_rules()
        rules = self.Rule.with_context(active_test=False)
        return rules.search(action["domain"])

    def test_rules_are_made_as_drafts(self):
        for template in ("website", "fit"):
            with self.subTest(template):
                rules = self.make_rules(template)
                self.assertTrue(rules)
                self.assertFalse(rules.filtered("active"))
                self.assertEqual(rules.filtered("is_draft"), rules)

    def test_the_template_of_the_website_counts_visits(self):
        rules = self.make_rules("website")
        rules.active = True
        lead = self.make_visited_lead(1, 2, 3)
        self.run_rules()
        self.assertScores(lead, [3])

    def test_a_template_is_for_contacts_as_well(self):
        for template in ("website", "fit"):
            rules = self.make_rules(template, apply_to="partner")
            self.assertEqual(set(rules.mapped("apply_to")), {"partner"})

    def test_all_templates_make_rules_that_can_be_applied(self):
        self.env.company.country_id = self.env.ref("base.be")
        self.make_visited_lead(1, 9)
        for template, _name in self.Template._get_selection():
            for apply_to in ("lead", "partner"):
                with self.subTest(template=template, apply_to=apply_to):
                    rules = self.make_rules(template, apply_to=apply_to)
                    rules.active = True
                    rules.action_apply()
                    self.assertFalse(rules.filtered("error"))
                    self.assertEqual(set(rules.mapped("apply_to")), {apply_to})

    def test_the_template_of_the_website_knows_prices_and_returns(self):
        self.make_rules("website").active = True
        lead = self.make_visited_lead(1, 9, path="/pricing")
        self.run_rules()
        points = {line.rule_name: line.points for line in lead.score_line_ids}
        self.assertEqual(points["Looked at the prices"], 20)
        self.assertEqual(points["Came back after a week"], 5)

    def test_the_template_of_negative_signs_takes_points(self):
        rules = self.make_rules("negative")
        rules.active = True
        free = self.make_lead(email_from="ann@gmail.com")
        good = self.make_lead(email_from="bob@company.example")
        self.run_rules()
        self.assertScores(free + good, [-5, 0])

    def test_the_editor_of_domains_has_words_for_the_conditions_of_templates(self):
        worded = {"=", "!=", "<", ">", "in", "not in", "ilike", "not ilike"}
        worded |= {"any", "not any"}
        for template in ("fit", "negative"):
            for rule in self.make_rules(template):
                domain = Domain(literal_eval(rule.domain))
                operators = {each.operator for each in domain.iter_conditions()}
                self.assertLessEqual(operators, worded, rule.name)

    def write_to(self, lead, days, **values):
        """Have a colleague have written to a lead so many days ago."""
        colleague = self.make_user(f"ws_colleague_{days}", "base.group_user")
        message = (
            lead.with_user(colleague)
            .sudo()
            .message_post(
                body="Dear lead",
                message_type="comment",
                **{"subtype_xmlid": "mail.mt_comment", **values},
            )
        )
        message.date = self.now - timedelta(days=days)

    def answer(self, lead, sender):
        """Have a mail to a lead come in, as by the mail server."""
        mail = (
            f"From: {sender}\nTo: sales@company.example\nSubject: Re: Offer\n"
            f"Message-Id: <{lead.id}@answer.example>\n\nDear colleague"
        )
        self.env["mail.thread"].message_process("crm.lead", mail, thread_id=lead.id)

    def test_who_does_not_reply_in_30_days_loses_points(self):
        self.make_rules("negative").active = True
        silent, waiting, alone, noted = self.make_leads(4, email_from="a@b.example")
        self.write_to(silent, 40)
        self.write_to(waiting, 20)
        self.write_to(noted, 41, subtype_xmlid="mail.mt_note")
        self.run_rules()
        self.assertScores(silent + waiting + alone + noted, [-10, 0, 0, 0])

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_who_replies_has_the_points_back(self):
        self.make_rules("negative").active = True
        known = self.env["res.partner"].create({"name": "K", "email": "k@b.example"})
        clerk = self.make_user("ws_clerk", "base.group_user", email="c@b.example")
        leads = self.make_leads(3, email_from="a@b.example")
        for number, lead in enumerate(leads):
            self.write_to(lead, 40 + number)
        self.run_rules()
        self.assertScores(leads, [-10, -10, -10])
        for lead, sender in zip(
            leads, ["u@b.example", known.email, clerk.email], strict=True
        ):
            self.answer(lead, sender)
        self.run_rules()
        self.assertScores(leads, [0, 0, -10])

    def test_what_is_for_leads_alone_is_left_out_for_contacts(self):
        form = Form(self.Template)
        form.template = "negative"
        self.assertIn("No reply", form.rule_names)
        form.apply_to = "partner"
        self.assertNotIn("No reply", form.rule_names)

    def test_the_template_of_recency_fades(self):
        self.make_rules("recency").active = True
        lead = self.make_visited_lead(0)
        self.run_rules()
        self.assertScores(lead, [10])
        with self.after(days=15):
            self.run_rules()
            self.assertScores(lead, [5])
        with self.after(days=31):
            self.run_rules()
            self.assertScores(lead, [0])

    def test_the_template_of_a_good_fit_knows_one(self):
        belgium = self.env.ref("base.be")
        self.env.company.country_id = belgium
        self.make_rules("fit").active = True
        values = {"country_id": belgium.id, "phone": "1", "function": "Buyer"}
        good = self.make_lead(email_from="ann@company.example", **values)
        poor = self.make_lead(email_from="ann@gmail.com")
        none = self.make_lead()
        self.run_rules()
        self.assertScores(good + poor + none, [30, 0, 0])

    def test_a_company_without_a_country_gets_no_rule_on_it_and_reads_why(self):
        self.env.company.country_id = False
        form = Form(self.Template)
        form.template = "fit"
        self.assertIn("has no country", form.left_out)
        self.assertNotIn("country", form.rule_names)
        rules = self.make_rules("fit")
        self.assertFalse([rule for rule in rules if "country" in rule.domain])
        rules.active = True
        lead = self.make_lead(country_id=self.env.ref("base.be").id)
        self.run_rules()
        self.assertScores(lead, [0])

    def test_a_template_that_is_complete_says_nothing_of_the_kind(self):
        self.env.company.country_id = self.env.ref("base.be")
        form = Form(self.Template)
        for template in ("fit", "website"):
            form.template = template
            self.assertFalse(form.left_out)

    def test_a_template_without_rules_is_not_offered(self):
        offered = dict(self.Template._get_selection())
        self.assertLessEqual({"website", "fit"}, offered.keys())
        for key, item in self.Template._get_templates().items():
            self.assertEqual(key in offered, bool(item["rules"]))

    def test_an_addon_adds_rules(self):
        templates = type(self.Template)._get_templates

        def add(rules):
            result = templates(rules)
            result["newsletter"]["rules"].append({"name": "Read aloud", "value": 3})
            return result

        with patch.object(type(self.Template), "_get_templates", add):
            self.assertIn("newsletter", dict(self.Template._get_selection()))
            # Other addons may have added theirs.
            self.assertIn("Read aloud", self.make_rules("newsletter").mapped("name"))

    def test_the_form_shows_what_will_be_made(self):
        with Form(self.Template) as form:
            form.template = "website"
            # Other addons may have added theirs.
            self.assertIn("Visited a page: +1", form.rule_names.splitlines())

    def test_managers_alone_make_rules(self):
        seller = self.make_user("ws_seller", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.Template.with_user(seller).create({"template": "fit"})
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        wizard = self.Template.with_user(manager).create({"template": "fit"})
        self.assertTrue(wizard.action_create_rules()["domain"])
