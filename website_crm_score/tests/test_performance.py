from odoo.tests import tagged

from .common import ScoringCase

FEW, MANY = 10, 100  # at most what one INSERT takes


@tagged("post_install", "-at_install", "is_query_count")
class TestPerformance(ScoringCase):
    """Numbers of queries do not grow with numbers of leads."""

    def count_queries(self, work):
        """Return how many queries ``work()`` takes, from empty caches of records."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def make_visits(self, leads):
        for lead in leads:
            self.make_tracks(self.make_visitor(lead), "/a", "/b", f"/{lead.id}")

    def make_rules(self):
        self.make_rule([("score_pageview_ids.url", "ilike", "/a")], value=1)
        self.make_rule([("name", "!=", False)], value=10, event_based=True)
        self.make_rule(
            [("type", "=", "lead")], value=100, event_based=True, take_back=True
        )

    def assertConstant(self, prepare, work):
        """``work`` takes as many queries after ``prepare(20)`` as after (200)."""
        for _time in range(2):  # fills the caches of the registry
            prepare(FEW)
            self.count_queries(work)
        prepare(FEW)
        few = self.count_queries(work)
        prepare(MANY)
        many = self.count_queries(work)
        self.assertGreater(few, 0)
        self.assertEqual(many, few)

    def test_scoring_new_leads(self):
        self.make_rules()

        def prepare(count):
            self.leads = self.make_leads(count)

        self.assertConstant(prepare, self.run_rules)
        self.assertScores(self.leads, [110] * MANY)

    def test_scoring_known_leads_again(self):
        self.make_rules()

        def prepare(count):
            self.leads = self.make_leads(count)
            self.run_rules()
            self.leads.type = "opportunity"

        self.assertConstant(prepare, self.run_rules)
        self.assertScores(self.leads, [10] * MANY)

    def test_each_rule_more_is_one_statement_in_a_savepoint(self):
        self.make_leads(2)
        counts = []
        for number in (1, 1, 1, 3):  # the first fill the caches
            for _rule in range(number):
                self.make_rule([("name", "!=", False)], event_based=True)
            self.run_rules()
            counts.append(self.count_queries(self.run_rules))
        self.assertEqual(counts[3] - counts[2], 3 * 3)

    def make_event_rules(self, **values):
        values = {"rule_type": "event", "domain": "[]", "name": "Rule", **values}
        for more in (
            {"event_type": "page_visit", "page_url": "/a", "max_count": 2},
            {"event_type": "page_visit", "page_url": "/", "visit_unit": "day"},
            {"event_type": "comeback", "valid_days": 30},
            {"event_type": "contact_form"},
        ):
            self.Rule.create({**values, **more, "value": 1})

    def test_counting_events(self):
        self.make_event_rules()

        def prepare(count):
            self.leads = self.make_leads(count)
            self.make_visits(self.leads)

        self.assertConstant(prepare, self.run_rules)
        self.assertScores(self.leads, [2] * MANY)

    def test_counting_events_of_contacts(self):
        self.make_event_rules(apply_to="partner")

        def prepare(count):
            self.partners = self.env["res.partner"].create([{"name": "A"}] * count)
            for partner in self.partners:
                self.make_tracks(self.make_visitor(partner=partner), "/a", "/b")

        self.assertConstant(prepare, self.run_rules)
        self.assertEqual(self.partners.mapped("score"), [2] * MANY)

    def test_page_views_and_their_notes(self):
        self.make_rules()

        def prepare(count):
            self.leads = self.make_leads(count)
            self.make_visits(self.leads)

        self.assertConstant(prepare, self.run_rules)
        self.assertScores(self.leads, [111] * MANY)
        self.assertEqual(len(self.leads.score_pageview_ids), 3 * MANY)

    def test_changing_a_rule_that_many_leads_hold(self):
        def prepare(count):
            self.rule = self.make_rule([("priority", "=", str(count % 3))])
            self.leads = self.make_leads(count, priority=str(count % 3))
            self.run_rules()

        def change():
            self.rule.value += 1
            self.rule.active = False
            self.rule.unlink()

        self.assertConstant(prepare, change)

    def test_an_unchanged_run_writes_nothing(self):
        self.make_rules()
        self.make_event_rules()
        leads = self.make_leads(FEW)
        self.make_visits(leads)
        self.run_rules()
        before = self.snapshot()
        self.run_rules()
        self.run_cron()
        self.run_cron("ir_cron_score_new_leads")
        self.assertEqual(self.snapshot(), before)

    def snapshot(self):
        """Return where the rows are: the place of a row changes when it is written."""
        self.env.flush_all()
        places = []
        for table in (
            "crm_lead",
            "website_crm_score",
            "website_crm_score_line",
            "website_crm_pageview",
            "website_crm_url",
            "mail_message",
        ):
            self.env.cr.execute(f"SELECT id, ctid::text FROM {table} ORDER BY id")
            places.append((table, self.env.cr.fetchall()))
        return places

    def test_the_list_of_leads(self):
        self.make_rules()
        user = self.make_user("ws_list", "sales_team.group_sale_manager")
        specification = {
            "name": {},
            "score": {},
            "score_date": {},
            "pageviews_count": {},
            "score_ids": {"fields": {"display_name": {}}},
            "score_line_ids": {"fields": {"rule_name": {}, "points": {}}},
            "score_pageview_ids": {"fields": {"url": {}, "view_count": {}}},
        }

        def prepare(count):
            self.domain = [("id", "in", self.make_leads(count).ids)]
            self.make_visits(self.Lead.search(self.domain))
            self.run_rules()

        def read():
            self.Lead.with_user(user).web_search_read(self.domain, specification)

        self.assertConstant(prepare, read)

    def test_the_list_of_rules(self):
        user = self.make_user("ws_rules", "sales_team.group_sale_manager")
        leads = self.make_leads(FEW)

        def prepare(count):
            self.rules = self.Rule.browse()
            for index in range(count // 5 + 1):
                self.rules += self.make_rule(value=index)
            self.rules.action_apply()

        def read():
            specification = dict.fromkeys(("name", "value", "lead_count", "error"), {})
            domain = [("id", "in", self.rules.ids)]
            self.Rule.with_user(user).web_search_read(domain, specification)

        self.assertConstant(prepare, read)
        self.assertEqual(self.rules.mapped("lead_count"), [FEW] * len(self.rules))
        self.assertLedger(leads)

    def test_creating_leads(self):
        def count(number):
            values = [{"name": "New"} for _index in range(number)]
            return self.count_queries(lambda: self.Lead.create(values))

        def count_both():
            return [count(number) for number in (FEW, FEW, MANY)][1:]

        few, many = count_both()
        self.patch(type(self.Lead), "_trigger_scoring", lambda self: None)
        few_core, many_core = count_both()
        self.assertLessEqual(few - few_core, 3)
        self.assertEqual(many - many_core, few - few_core)

    def test_changing_a_lead_costs_no_query_more(self):
        lead = self.make_lead()
        self.make_rules()
        self.run_rules()
        lead.name = "Warm"
        self.env.flush_all()
        with self.assertQueryCount(1):
            lead.write({"name": "Changed", "priority": "2"})
            self.env.flush_all()
