import inspect

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.service.model import call_kw, get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.website_crm_score import models as addon_models

from .common import ScoringCase

READ, MAKE, ALL = "read", "read write create", "read write create unlink"
OPERATIONS = ALL.split()
SALES = ("salesman", "all_leads", "manager")
# Who may do what on which model; whoever is not named may do nothing.
ACCESS = {
    "website.crm.score": {"salesman": READ, "all_leads": READ, "manager": ALL},
    "website.crm.score.domain": {},
    "website.crm.score.count": {},
    "website.crm.score.visit.filters": {},
    "website.crm.score.category": {},
    "website.crm.score.draft": {},
    "website.crm.score.exchange": {},
    "website.crm.score.results": {},
    "website.crm.score.jobs": {},
    "website.crm.scored": {},
    "website.crm.scored.stale": {},
    "website.crm.scored.week": {},
    "website.crm.lift": {},
    "website.crm.event.report": {},
    "website.crm.lead.report": {},
    "website.crm.scored.listeners": {},
    "website.crm.best.first": {},
    "website.crm.first.steps": {},
    "website.crm.score.source": {},
    "website.crm.score.source.comeback": {},
    "website.crm.score.source.contact.form": {},
    "website.crm.score.source.page.visit": {},
    "website.crm.score.source.time.spent": {},
    "website.crm.score.visits": {},
    "website.crm.score.preview": {"manager": MAKE},
    "website.crm.score.template": {"manager": ALL},
    "website.crm.score.import": {"manager": ALL},
    "website.crm.score.import.line": {"manager": ALL},
    "website.crm.score.suggestion": {"manager": ALL},
    "website.crm.score.suggestion.line": {"manager": ALL},
    "website.crm.score.suggestion.ranking": {"manager": ALL},
    "website.crm.score.ranking": {"manager": READ},
    "website.crm.score.trial": dict.fromkeys(SALES, MAKE),
    "website.crm.score.line": dict.fromkeys(SALES, READ),
    "website.crm.score.history": dict.fromkeys(SALES, READ),
    "website.crm.score.band": dict.fromkeys(SALES, READ),
    "website.crm.score.report": dict.fromkeys(SALES, READ),
    "website.crm.score.rule.report": {"manager": READ},
    "website.crm.page.report": {"manager": READ},
    "website.crm.pageview": dict.fromkeys(SALES, READ),
    "website.crm.url": {},
    "website.crm.removed.visit": {},
    "website.crm.score.run": {"manager": READ},
    "website.crm.score.run.line": {"manager": READ},
    "website.crm.score.progress": {"system": READ},
    "website.crm.score.alert": {"system": READ},
    "website.crm.score.mention": {"system": READ},
    "website.crm.form": {"system": READ},
    "website.crm.score.identity": {"system": READ},
    "website.crm.uncounted.hit": {"manager": READ},
    "website.crm.grade.proposal": {"system": ALL},
}
# The methods that a browser may call, besides the ORM's own.
PUBLIC_METHODS = {
    "crm.lead": {"action_erase_browsing_history", "action_redirect_to_page_views"},
    "res.partner": {"action_erase_browsing_history"},
    "website.crm.first.steps": {"get_steps", "action_dismiss"},
    "website.crm.grade.proposal": {"action_use"},
    "website.crm.lead.report": {"action_open_lead"},
    "website.crm.score.report": {"action_open_lead"},
    "website.crm.score.rule.report": {"action_open_rule"},
    "website.crm.page.report": {"action_open_leads"},
    "website.crm.event.report": {"action_open_leads"},
    "website.page.properties.base": {"action_open_page_report"},
    "website.crm.score.run": {"action_run_now", "get_next_run"},
    "website.crm.score.band": {"get_minimums"},
    "website.crm.uncounted.hit": {"get_share"},
    "website.crm.score.ranking": {"get_quality", "get_predictive_quality"},
    "website.crm.score": {"assign_scores_to_leads", "action_apply"},
    "website.crm.score.exchange": {"action_export_to_file"},
    "website.crm.score.import": {"action_choose_again", "action_import", "action_read"},
    "website.crm.score.results": {
        "action_open_leads",
        "action_open_runs",
        "action_open_win_rate",
    },
    "website.crm.scored": {"get_score_card", "action_open_score_reason"},
    "website.crm.score.suggestion": {
        "action_make_drafts",
        "action_replace_points",
        "action_suggest",
    },
}
ORM_METHODS = {
    "create",
    "default_get",
    "get_empty_list_help",
    "unlink",
    "web_search_read",
    "write",
}


class SecurityCase(ScoringCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "public": cls.env.ref("base.public_user"),
            "portal": cls.make_user("ws_portal", "base.group_portal"),
            "internal": cls.make_user("ws_internal", "base.group_user"),
            "designer": cls.make_user(
                "ws_designer", "base.group_user,website.group_website_designer"
            ),
            "system": cls.make_user("ws_system", "base.group_system"),
            "salesman": cls.make_user("ws_own", "sales_team.group_sale_salesman"),
            "all_leads": cls.make_user(
                "ws_all", "sales_team.group_sale_salesman_all_leads"
            ),
            "manager": cls.make_user("ws_manager", "sales_team.group_sale_manager"),
        }

    def as_user(self, records, role):
        return records.with_user(self.users[role])


@tagged("post_install", "-at_install")
class TestAccess(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.make_lead(user_id=cls.users["salesman"].id)
        cls.others = cls.make_lead(user_id=cls.users["manager"].id)
        cls.nobodys = cls.make_lead()
        cls.leads = cls.mine + cls.others + cls.nobodys
        for lead in cls.leads:
            cls.make_tracks(cls.make_visitor(lead), f"/of-{lead.id}")
        cls.rule = cls.make_rule()
        cls.Rule.assign_scores_to_leads()

    def test_each_role_may_do_what_the_matrix_says_on_each_model(self):
        for model, cells in ACCESS.items():
            for role in self.users:
                allowed = cells.get(role, "").split()
                for operation in OPERATIONS:
                    with self.subTest(model=model, role=role, operation=operation):
                        access = self.as_user(self.env[model], role)
                        self.assertEqual(
                            access.has_access(operation), operation in allowed
                        )

    def test_the_matrix_knows_every_model_of_the_addon(self):
        models = self.env["ir.model"].search([("model", "like", "website.crm.")])
        ours = {
            model.model
            for model in models
            if "website_crm_score" in model.modules.split(", ")
            if self.env[model.model]._original_module == "website_crm_score"
        }
        self.assertEqual(ours & set(ACCESS), set(ACCESS))
        self.assertFalse([name for name in ours if name not in ACCESS])

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.models")
    def test_fields_that_only_salespeople_see_are_searched_by_them_alone(self):
        """Those of all addons that are installed, with a column and without."""
        for model, field in self.list_restricted_fields():
            value = "2020-01-01" if field.type == "datetime" else False
            operator = ">" if field.type == "datetime" else "="
            domain = [(field.name, operator, value)]
            for role in ("public", "portal", "internal", "designer"):
                records = self.as_user(self.env[model], role)
                with self.subTest(model=model, field=field.name, role=role):
                    with self.assertRaises(AccessError):
                        call_kw(records, "search", [domain], {})

    def list_restricted_fields(self):
        addons = ("website_crm_score", "crm_team_assign")
        return [
            (model, field)
            for model in self.env
            for field in self.env[model]._fields.values()
            if any(name.startswith(addons) for name in field._modules)
            and field.groups
            and field._description_searchable
        ]

    def test_nobody_changes_what_is_derived(self):
        line = self.mine.score_line_ids
        view = self.mine.score_pageview_ids
        attempts = (
            lambda env: line.with_env(env).write({"points": 500}),
            lambda env: line.with_env(env).unlink(),
            lambda env: line.with_env(env).create(
                {"lead_id": self.mine.id, "rule_id": self.rule.id, "points": 500}
            ),
            lambda env: view.with_env(env).write({"view_count": 500}),
            lambda env: view.with_env(env).unlink(),
            lambda env: view.url_id.with_env(env).write({"url": "http://evil.example"}),
            lambda env: self.mine.with_env(env).write(
                {"score_line_ids": [(1, line.id, {"points": 500})]}
            ),
            lambda env: self.mine.with_env(env).write({"score_line_ids": [(5, 0, 0)]}),
            lambda env: self.mine.with_env(env).write(
                {"score_pageview_ids": [(2, view.id, 0)]}
            ),
            lambda env: self.mine.with_env(env).write({"score": 500}),
            lambda env: self.mine.with_env(env).write({"score_date": False}),
            lambda env: self.mine.with_env(env).write({"score_ids": [(5, 0, 0)]}),
            lambda env: self.mine.with_env(env).web_save({"score": 500}, {}),
        )
        for user in [*self.users.values(), self.env.ref("base.user_admin")]:
            for number, attempt in enumerate(attempts):
                with (
                    self.subTest(user=user.login, attempt=number),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    attempt(self.env(user=user))
        self.assertScores(self.mine, [10])

    def test_users_without_sales_rights_see_no_score(self):
        for role in ("internal", "designer", "system"):
            fields_seen = self.as_user(self.Lead, role).fields_get()
            for name in ("score", "score_date", "score_ids", "pageviews_count"):
                with self.subTest(role=role, field=name):
                    self.assertNotIn(name, fields_seen)

    def test_a_salesperson_reads_reasons_and_pages_of_the_leads_that_he_may_read(self):
        expected = {
            "salesman": self.mine + self.nobodys,
            "all_leads": self.leads,
            "manager": self.leads,
        }
        domain = [("lead_id", "in", self.leads.ids)]
        for role, leads in expected.items():
            for records in (self.Line, self.Pageview):
                with self.subTest(role=role, model=records._name):
                    found = self.as_user(records, role).search(domain)
                    self.assertEqual(found.sudo().lead_id, leads)

    def test_a_salesperson_reads_the_score_and_why(self):
        lead = self.as_user(self.mine, "salesman")
        lead.invalidate_recordset()
        self.assertEqual(lead.score, 10)
        self.assertTrue(lead.score_date)
        self.assertEqual(lead.score_line_ids.rule_name, "Rule")
        self.assertEqual(lead.score_ids.name, "Rule")
        self.assertEqual(lead.pageviews_count, 1)
        self.assertIn("/of-", lead.score_pageview_ids.url)

    def test_a_salesperson_opens_the_page_views_of_his_lead(self):
        action = self.as_user(self.mine, "salesman").action_redirect_to_page_views()
        shown = self.as_user(self.Pageview, "salesman").search(action["domain"])
        self.assertEqual(len(shown), 1)

    def test_a_salesperson_searches_and_groups_page_views_by_url(self):
        views = self.as_user(self.Pageview, "salesman")
        domain = [("url", "ilike", "/of-"), ("lead_id", "in", self.leads.ids)]
        self.assertEqual(views.search_count(domain), 2)
        groups = views.formatted_read_group(domain, ["url_id"], ["view_count:sum"])
        self.assertEqual(len(groups), 2)
        self.assertIn("/of-", groups[0]["url_id"][1])

    def test_page_views_are_found_and_exported_by_their_url(self):
        views = self.as_user(self.Pageview, "salesman")
        view = views.search([("url", "=like", f"%/of-{self.mine.id}")])
        self.assertEqual(view.lead_id, self.mine)
        self.users["salesman"].group_ids += self.env.ref("base.group_allow_export")
        self.assertEqual(view.export_data(["url"])["datas"], [[view.url]])
        [group] = views.formatted_read_group([("id", "in", view.ids)], ["url"])
        self.assertEqual(group["url"], view.url)
        leads = self.as_user(self.Lead, "salesman")
        path = [("score_pageview_ids.url", "ilike", f"/of-{self.mine.id}")]
        self.assertEqual(leads.search(path), self.mine)

    def test_nobody_reads_urls_that_others_saw(self):
        urls = self.others.sudo().score_pageview_ids.url_id
        for role in self.users:
            with self.subTest(role):
                dictionary = self.as_user(urls, role)
                for attempt in (
                    lambda records: records.search_read([], ["url"]),
                    lambda records: records.name_search(""),
                    lambda records: records.read(["url"]),
                    lambda records: records.formatted_read_group([], ["url"]),
                ):
                    with self.assertRaises(AccessError):
                        attempt(dictionary)
        views = self.as_user(self.Pageview, "salesman")
        self.assertFalse(views.search([("url_id", "in", urls.ids)]))

    def test_a_salesperson_does_not_open_the_page_views_of_others(self):
        for role in ("salesman", "internal", "portal", "public"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.others, role).action_redirect_to_page_views()

    def test_a_salesperson_counts_the_leads_that_he_may_read(self):
        for role, count in (("salesman", 2), ("all_leads", 3), ("manager", 3)):
            with self.subTest(role=role):
                self.assertEqual(self.as_user(self.rule, role).lead_count, count)

    def test_only_managers_run_rules(self):
        for role in self.users:
            calls = (
                lambda role=role: self.as_user(
                    self.Rule, role
                ).assign_scores_to_leads(),
                lambda role=role: self.as_user(self.rule, role).action_apply(),
            )
            for call in calls:
                with self.subTest(role=role):
                    if role == "manager":
                        self.assertTrue(call())
                    else:
                        self.assertRaises(AccessError, call)

    def test_a_manager_writes_rules_that_score_all_leads(self):
        rule = self.as_user(self.Rule, "manager").create({"name": "New", "value": 5})
        rule.action_apply()
        self.assertScores(self.leads, [15, 15, 15])
        rule.value = 6
        self.assertScores(self.leads, [16, 16, 16])
        rule.active = False
        self.assertScores(self.leads, [10, 10, 10])
        rule.unlink()
        self.assertScores(self.leads, [10, 10, 10])

    def test_a_salesperson_s_failed_change_of_a_rule_changes_no_score(self):
        rule = self.as_user(self.rule, "salesman")
        for attempt in (rule.unlink, lambda: rule.write({"value": 99})):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt()
        self.env.invalidate_all()
        self.assertScores(self.leads, [10, 10, 10])

    def test_a_rule_cannot_look_at_what_its_author_may_not_read(self):
        field = self.env["res.partner"]._fields["signup_type"]
        self.assertEqual(field.groups, "base.group_erp_manager")
        with self.assertRaisesRegex(ValidationError, "may not read"):
            self.as_user(self.Rule, "manager").create(
                {"name": "Spy", "domain": "[('partner_id.signup_type', '!=', False)]"}
            )

    def test_a_rule_cannot_look_at_records_that_its_author_may_not_read(self):
        model = self.env["mail.mail"]
        self.assertFalse(self.as_user(model, "manager").has_access("read"))
        with self.assertRaisesRegex(ValidationError, "may not read"):
            self.as_user(self.Rule, "manager").create(
                {
                    "name": "Spy",
                    "domain": "[('message_ids.mail_ids.failure_reason', '!=', '')]",
                }
            )

    def test_a_manager_s_rule_looks_at_all_that_rules_are_for(self):
        domain = [
            ("country_id", "=", "Belgium"),
            ("score_pageview_ids.url", "ilike", "/pricing"),
            ("score_pageview_ids.page_id", "!=", False),
            ("visitor_ids.website_track_ids.url", "ilike", "/pricing"),
            ("partner_id.category_id", "=", "Gold"),
            ("user_id.login", "=", "somebody"),
            ("tag_ids.name", "=", "Hot"),
            ("lead_properties.size", "=", "big"),
            ("activity_state", "=", "today"),
        ]
        rule = self.as_user(self.Rule, "manager").create(
            {"name": "Useful", "domain": str(domain)}
        )
        self.assertFalse(rule.error)

    def test_a_salesperson_merges_his_leads(self):
        other = self.make_lead(user_id=self.users["salesman"].id)
        self.run_rules()
        merged = self.as_user(self.mine + other, "salesman").merge_opportunity()
        self.assertScores(merged.sudo(), [10])

    def test_a_salesperson_works_with_leads_as_before(self):
        lead = self.as_user(self.Lead, "salesman").create({"name": "Mine"})
        lead.name = "Still mine"
        lead.action_set_lost()
        lead.action_unarchive()
        copy = lead.copy()
        self.assertEqual(copy.score, 0)
        copy.with_user(self.users["manager"]).unlink()

    def test_a_user_who_may_not_read_leads_links_a_visitor(self):
        visitor = self.as_user(self.make_visitor(), "public").sudo()
        visitor.write({"lead_ids": [(4, self.mine.id)]})  # as the form controller does
        self.assertTrue(self.mine.sudo().pageviews_stale)


@tagged("post_install", "-at_install")
class TestRemoteCalls(SecurityCase):
    def _iter_methods(self):
        """Yield ``(model name, method name)`` of what the addon's classes define."""
        for _name, module in inspect.getmembers(addon_models, inspect.ismodule):
            for _class_name, cls in inspect.getmembers(module, inspect.isclass):
                if cls.__module__ != module.__name__:
                    continue
                inherited = getattr(cls, "_inherit", None)
                model = getattr(cls, "_name", None) or inherited
                for name, member in vars(cls).items():
                    is_code = inspect.isfunction(member)
                    if is_code or isinstance(member, (classmethod, staticmethod)):
                        yield model if isinstance(model, str) else inherited, name

    def test_who_may_not_create_rules_is_not_asked_to(self):
        for role, words in (("salesman", "There are no"), ("manager", "Create")):
            rules = self.as_user(self.Rule, role)
            self.assertIn(words, rules.get_empty_list_help("<p>Create</p>"))

    def test_no_method_is_public_but_the_documented_ones(self):
        methods = list(self._iter_methods())
        self.assertIn(("website.crm.score.line", "_revalue"), methods)
        for model, names in PUBLIC_METHODS.items():
            for name in names:
                self.assertTrue(get_public_method(self.env[model], name))
        for model, name in methods:
            if model not in ACCESS and model != "crm.lead":
                continue
            with self.subTest(model=model, method=name):
                documented = PUBLIC_METHODS.get(model, set()) | ORM_METHODS
                if name in documented:
                    self.assertTrue(get_public_method(self.env[model], name))
                else:
                    self.assertRaises(
                        AccessError, get_public_method, self.env[model], name
                    )

    def test_every_private_method_is_refused_to_a_browser(self):
        for model, name in self._iter_methods():
            if name.startswith("_") and not name.startswith("__"):
                with self.subTest(model=model, method=name):
                    # Of a method that is gone, it would be refused as well.
                    self.assertTrue(hasattr(self.env[model], name))
                    with self.assertRaises(AccessError):
                        get_public_method(self.env[model], name)

    def test_no_step_of_a_job_can_be_called_from_outside(self):
        steps = {
            "website.crm.score": [
                "_cron_score_new_leads",
                "_cron_score_contacts",
                "_note_error",
            ],
            "website.crm.score.run": ["_score_all", "_score", "_go_on", "_write_part"],
            "website.crm.score.line": ["_drop_rules", "_drop_owners", "_catch_up"],
            "website.crm.pageview": ["_sync_recent", "_sync", "_upsert"],
            "website.track": ["_cron_remove_old_tracks", "_remove"],
            "crm.lead": ["_write_scores", "_write_flag", "_mark_stale"],
            "ir.cron": ["_commit_batch", "_transact"],
        }
        for model, name in [(key, name) for key in steps for name in steps[key]]:
            records = self.env[model].with_user(self.users["manager"])
            with self.subTest(model=model, method=name):
                self.assertTrue(hasattr(records, name))
                with self.assertRaises(AccessError):
                    call_kw(records, name, [[]], {})


@tagged("post_install", "-at_install")
class TestCompanies(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a = cls.env.ref("base.main_company")
        cls.company_b = cls.env["res.company"].create({"name": "Company B"})
        cls.lead_a = cls.make_lead("A", company_id=cls.company_a.id)
        cls.lead_b = cls.make_lead("B", company_id=cls.company_b.id)
        cls.lead_none = cls.make_lead("None", company_id=False)
        cls.leads = cls.lead_a + cls.lead_b + cls.lead_none
        cls.rule_a = cls.make_rule(company_id=cls.company_a.id, value=1)
        cls.rule_b = cls.make_rule(company_id=cls.company_b.id, value=10)
        cls.rule_all = cls.make_rule(value=100)
        cls.seller_a = cls._make_seller("ws_seller_a", cls.company_a)
        cls.seller_b = cls._make_seller("ws_seller_b", cls.company_b)
        cls.manager_both = cls.make_user(
            "ws_manager_both",
            "sales_team.group_sale_manager",
            company_id=cls.company_a.id,
            company_ids=[(6, 0, (cls.company_a + cls.company_b).ids)],
        )

    @classmethod
    def _make_seller(cls, login, company):
        return cls.make_user(
            login,
            "sales_team.group_sale_salesman_all_leads",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def test_a_rule_scores_leads_of_its_company_only(self):
        self.assertEqual(self.leads.company_id, self.company_a + self.company_b)
        self.run_rules()
        self.assertScores(self.leads, [101, 110, 100])

    def test_a_rule_scores_leads_of_its_company_only_in_the_job(self):
        self.run_cron()
        self.assertScores(self.leads, [101, 110, 100])

    def test_the_button_scores_leads_of_the_company_of_the_rule_only(self):
        rules = (self.rule_a + self.rule_b).with_user(self.manager_both)
        companies = (self.company_a + self.company_b).ids
        rules.with_context(allowed_company_ids=companies).action_apply()
        self.assertScores(self.leads, [1, 10, 0])

    def test_a_nested_domain_does_not_leave_the_company(self):
        self.rule_a.domain = "['|', ('name', '=', 'A'), ('name', '=', 'B')]"
        self.run_rules()
        self.assertNotIn(self.rule_a, self.lead_b.score_ids)

    def test_users_see_rules_and_reasons_of_their_company_and_of_all(self):
        self.run_rules()
        for seller, own, hidden in (
            (self.seller_a, self.rule_a, self.rule_b),
            (self.seller_b, self.rule_b, self.rule_a),
        ):
            with self.subTest(seller=seller.login):
                ours = self.rule_a + self.rule_b + self.rule_all
                rules = self.Rule.with_user(seller).search([("id", "in", ours.ids)])
                self.assertEqual(rules, own + self.rule_all)
                lines = self.Line.with_user(seller).search(
                    [("lead_id", "in", self.leads.ids)]
                )
                self.assertEqual(lines.sudo().rule_id, own + self.rule_all)
                with self.assertRaises(AccessError):
                    hidden.with_user(seller).read(["name"])

    def test_users_see_page_views_of_leads_of_their_company(self):
        for lead in self.leads:
            self.make_tracks(self.make_visitor(lead), f"/{lead.id}")
        self.run_rules()
        domain = [("lead_id", "in", self.leads.ids)]
        views = self.Pageview.with_user(self.seller_b).search(domain)
        self.assertEqual(views.sudo().lead_id, self.lead_b + self.lead_none)

    def test_a_rule_that_moves_to_another_company_leaves_its_leads_at_once(self):
        self.run_rules()
        self.rule_all.company_id = self.company_b
        self.assertScores(self.leads, [1, 110, 0])

    def test_a_lead_that_moves_to_another_company_loses_foreign_points(self):
        self.run_rules()
        self.lead_a.write({"company_id": self.company_b.id})
        self.assertScores(self.lead_a, [100])

    def test_a_lead_that_moves_with_its_team_loses_foreign_points_by_the_job(self):
        team = self.env["crm.team"].create(
            {"name": "Team B", "company_id": self.company_b.id}
        )
        self.run_rules()
        self.lead_a.team_id = team
        self.assertEqual(self.lead_a.company_id, self.company_b)
        lines = self.Line.with_user(self.seller_b).search(
            [("lead_id", "=", self.lead_a.id)]
        )
        self.assertEqual(lines.rule_id, self.rule_all, "B sees a reason of A")
        self.run_cron()
        self.assertScores(self.lead_a, [100])

    def test_leads_of_two_companies_merged_keep_rules_of_the_winner_s(self):
        self.run_rules()
        self.lead_a.type = "opportunity"
        merged = (self.lead_a + self.lead_b).merge_opportunity()
        self.assertEqual(merged, self.lead_a)
        self.run_rules()
        self.assertScores(merged, [101 if merged.company_id == self.company_a else 110])

    def test_a_company_that_has_rules_is_not_deleted(self):
        company = self.env["res.company"].create({"name": "Company C"})
        self.make_rule(company_id=company.id)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            company.unlink()

    def test_a_manager_of_one_company_does_not_change_rules_of_another(self):
        manager = self.make_user(
            "ws_manager_a",
            "sales_team.group_sale_manager",
            company_id=self.company_a.id,
            company_ids=[(6, 0, self.company_a.ids)],
        )
        rule = self.rule_b.with_user(manager)
        for attempt in (
            lambda: rule.write({"value": 5}),
            rule.unlink,
            rule.action_apply,
            lambda: self.Rule.with_user(manager).create(
                {"name": "Foreign", "company_id": self.company_b.id}
            ),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt()
