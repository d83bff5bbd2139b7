from pathlib import Path
from unittest.mock import patch

from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import sql

from odoo.addons.website_crm_score.scoring import writing

from .common import ScoringCase
from .test_grades import GradeCase

SCRIPTS = Path(__file__).parents[1] / "migrations"


def run_script(cr, version, name):
    """Run a script twice: an upgrade that failed is run again."""
    script = load_script(str(SCRIPTS / version / f"{name}.py"), name)
    for _time in range(2):
        script.migrate(cr, "19.0.1.0.0")


@tagged("post_install", "-at_install")
class TestOldRows(ScoringCase):
    """What a script finds in a database of an earlier version, it has as the code
    wants it, and loses nothing."""

    def setUp(self):
        super().setUp()
        self.lead = self.make_lead()
        self.rule = self.make_rule()
        self.run_rules()
        self.env.flush_all()

    def find_tables(self, pattern):
        self.env.cr.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ %s",
            [pattern],
        )
        return [name for (name,) in self.env.cr.fetchall()]

    def test_the_ledger_has_no_foreign_keys_and_leads_have_their_columns(self):
        self.env.cr.execute(
            """
            ALTER TABLE website_crm_score_line
                    ADD CONSTRAINT website_crm_score_line_lead_id_fkey
                        FOREIGN KEY (lead_id) REFERENCES crm_lead NOT VALID,
                    ADD CONSTRAINT website_crm_score_line_rule_id_fkey
                        FOREIGN KEY (rule_id) REFERENCES website_crm_score NOT VALID;
            ALTER TABLE crm_lead DROP COLUMN score_stale
            """
        )
        run_script(self.env.cr, "19.0.1.1.0", "pre-migration")
        self.env.cr.execute(
            """
            SELECT conname FROM pg_constraint
             WHERE contype = 'f' AND conrelid = 'website_crm_score_line'::regclass
            """
        )
        self.assertFalse(self.env.cr.fetchall())
        self.env.cr.execute(
            "SELECT score, score_stale FROM crm_lead WHERE id = %s", [self.lead.id]
        )
        self.assertEqual(self.env.cr.fetchall(), [(10, False)])

    def test_of_old_page_views_no_visit_was_removed(self):
        self.make_tracks(self.make_visitor(self.lead), "/page")
        self.Pageview._sync(self.lead)
        run_script(self.env.cr, "19.0.1.2.0", "pre-migration")
        self.env.cr.execute(
            "SELECT removed_count FROM website_crm_pageview WHERE lead_id = %s",
            [self.lead.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [(0,)])

    def test_old_reasons_are_for_one_unit(self):
        self.env.cr.execute(
            """
            ALTER TABLE website_crm_score_line DROP COLUMN units;
            ALTER TABLE website_crm_score_line ALTER COLUMN lead_id SET NOT NULL
            """
        )
        run_script(self.env.cr, "19.0.1.3.0", "pre-migration")
        self.env.cr.execute(
            "SELECT units, points FROM website_crm_score_line WHERE lead_id = %s",
            [self.lead.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [(1, 10)])
        table = "website_crm_score_line"
        columns = sql.table_columns(self.env.cr, table)
        self.assertEqual(columns["lead_id"]["is_nullable"], "YES")

    def test_reasons_of_contacts_are_seen_as_the_contacts_are(self):
        rules = [
            self.env.ref(f"website_crm_score.website_crm_score_line_rule_{name}")
            for name in ("company", "personal")
        ]
        domains = [rule.domain_force for rule in rules]
        for rule in rules:
            rule.domain_force = "[('lead_id.user_id', '=', user.id)]"
        run_script(self.env.cr, "19.0.1.3.0", "post-migration")
        self.assertEqual(
            ["".join(rule.domain_force.split()) for rule in rules],
            ["".join(domain.split()) for domain in domains],
        )

    def test_what_unfinished_runs_found_is_found_again(self):
        self.env.cr.execute(
            """
            CREATE UNLOGGED TABLE website_crm_score_kept_gains_987654 (id integer);
            CREATE UNLOGGED TABLE website_crm_score_kept_leads_987654 (id integer);
            CREATE TABLE website_crm_score_kept_notes_987654 (id integer)
            """
        )
        run_script(self.env.cr, "19.0.1.4.0", "pre-find_unfinished_runs_again")
        left = self.find_tables("^website_crm_score_kept_.*_987654$")
        self.assertEqual(left, ["website_crm_score_kept_notes_987654"])

    def test_old_rules_changed_when_they_were_last_written(self):
        self.env.cr.execute("ALTER TABLE website_crm_score DROP COLUMN changed_date")
        self.env.cr.execute("UPDATE website_crm_score SET write_date = '2020-01-01'")
        run_script(self.env.cr, "19.0.1.7.0", "pre-date_changes_of_rules")
        self.env.invalidate_all()
        self.assertEqual(self.rule.sudo().changed_date.year, 2020)


@tagged("post_install", "-at_install")
class TestRemovedVisitsOfLeads(ScoringCase):
    """Page views of leads knew how many of their visits were removed."""

    def setUp(self):
        super().setUp()
        self.env.cr.execute(
            "ALTER TABLE website_crm_pageview ADD COLUMN removed_count int DEFAULT 0"
        )

    def make_old_lead(self, visitors, count):
        lead = self.make_lead(visitor_ids=[(6, 0, visitors.ids)])
        self.make_tracks(visitors[0], "/page")
        self.Pageview._sync(lead)
        self.env.cr.execute(
            "UPDATE website_crm_pageview SET removed_count = %s WHERE lead_id = %s",
            [count, lead.id],
        )
        return lead

    def migrate(self):
        run_script(self.env.cr, "19.0.1.4.0", "post-keep_removed_visits_by_visitor")

    def removed(self, visitor):
        domain = [("visitor_id", "=", visitor.id)]
        removed = self.env["website.crm.removed.visit"].search(domain)
        return sum(removed.mapped("visit_count"))

    def test_they_are_those_of_the_visitor_of_the_lead(self):
        visitor = self.make_visitor()
        lead = self.make_old_lead(visitor, 3)
        self.migrate()
        self.assertEqual(self.removed(visitor), 3)
        removed = self.env["website.crm.removed.visit"].search([])
        self.assertEqual(removed.url_id, lead.score_pageview_ids.url_id)

    def test_those_of_two_leads_of_one_visitor_are_the_same(self):
        visitor = self.make_visitor()
        self.make_old_lead(visitor, 3)
        self.make_old_lead(visitor, 2)
        self.migrate()
        self.assertEqual(self.removed(visitor), 3)

    def test_of_several_visitors_other_leads_get_none_of_what_is_not_theirs(self):
        shared, own = self.make_visitor(), self.make_visitor()
        self.make_old_lead(shared + own, 5)
        self.make_old_lead(shared, 3)
        self.migrate()
        self.assertEqual(self.removed(shared), 3)
        self.assertEqual(self.removed(own), 2)

    def test_those_of_a_lead_without_a_visitor_count_no_more(self):
        lead = self.make_old_lead(self.make_visitor(), 3)
        lead.visitor_ids = False
        self.env.flush_all()
        self.migrate()
        self.assertFalse(self.env["website.crm.removed.visit"].search([]))


@tagged("post_install", "-at_install")
class TestGradesOfOldScores(GradeCase):
    """Scores were sums of points, whatever they were given for."""

    def migrate(self):
        script = SCRIPTS / "19.0.1.5.0" / "end-grade_owners.py"
        migrate = load_script(str(script), "grade_owners").migrate
        self.env.flush_all()
        for _time in range(2):
            migrate(self.env.cr, "19.0.1.4.0")

    def make_old(self, rules):
        """Have all rules and owners as they are when the columns have been added."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE website_crm_score SET category = 'fit', write_date = '2020-01-01'"
            " WHERE id IN %s",
            [rules._ids],
        )
        for table in ("crm_lead", "res_partner"):
            self.env.cr.execute(
                f"""
                UPDATE {table} SET score_fit = 0, score_engagement = 0,
                                   score_grade = NULL
                """
            )
        self.env.invalidate_all()

    def test_rules_are_sorted_and_owners_graded(self):
        contact = self.env["res.partner"].create({"name": "Ada"})
        lead, lost = self.make_leads(2)
        new = self.make_lead(active=False)
        for owner in (lead, lost):
            self.make_tracks(self.make_visitor(owner), "/pricing")
        fit = self.make_rule(value=50.25)
        pages = self.make_rule([("score_pageview_ids.url", "ilike", "/pricing")], 20.5)
        events = self.make_rule(
            value=7, rule_type="event", event_type="page_visit", page_url="/"
        )
        of_contacts = self.make_rule(value=60, apply_to="partner")
        self.run_rules()
        lost.action_set_lost()
        rules = fit + pages + events + of_contacts
        self.make_old(rules)
        before = (lead + lost).mapped("score_date")
        self.migrate()
        engagement = rules.filtered(lambda rule: rule.category == "engagement")
        self.assertEqual(engagement, pages + events)
        years = {rule.write_date.year for rule in rules}
        self.assertEqual(years, {2020})
        self.assertScores(lead + lost, [77.75] * 2)
        self.assertEqual((lead + lost).mapped("score_engagement"), [27.5] * 2)
        self.assertEqual((lead + lost).mapped("score_grade"), ["A2"] * 2)
        self.assertEqual((lead + lost).mapped("score_date"), before)
        self.assertEqual((contact.score, contact.score_grade), (60, "A3"))
        self.assertTotals(contact)
        self.assertFalse(new.score_grade)


@tagged("post_install", "-at_install")
class TestFormerNames(ScoringCase):
    """What is stale, and what jobs are caught up to, had other names."""

    COLUMNS = {
        "crm_lead": {
            "score_stale": "score_outdated",
            "pageviews_stale": "pageviews_outdated",
        },
        "res_partner": {"score_stale": "score_outdated"},
        "website_crm_score_run": {
            "looks_at": "reach",
            "done_part_count": "part_reached",
            "events_date": "count_date",
            "owners_date": "check_date",
        },
        "website_crm_score_progress": {
            "pageviews_date": "horizon_date",
            "pageviews_track_id": "last_track_id",
            "pass_date": "next_horizon_date",
            "pass_track_id": "next_track_id",
            "pass_lead_id": "reached_lead_id",
            "ledger_date": "repaired_date",
            "owners_date": "checked_date",
            "events_date": "counted_date",
        },
    }

    def age(self):
        """Give all columns the names that they had."""
        self.env.flush_all()
        for table, columns in self.COLUMNS.items():
            for name, before in columns.items():
                sql.rename_column(self.env.cr, table, name, before)
        self.env.cr.execute(
            """
            UPDATE website_crm_score_run SET reach = 'due' WHERE reach = 'stale';
            ALTER INDEX crm_lead_score_stale_idx RENAME TO crm_lead_score_outdated_idx
            """
        )

    def migrate(self):
        run_script(self.env.cr, "19.0.1.7.0", "pre-rename_columns")
        self.env.invalidate_all()

    def call_job(self, name):
        cron = self.env.ref(f"website_crm_score.{name}")
        with patch.object(writing, "PART_SIZE", 2), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_a_run_under_way_goes_on(self):
        for name, looks_at in (
            ("ir_cron_assign_scores", "usual"),
            ("ir_cron_score_new_leads", "stale"),
        ):
            with self.subTest(looks_at):
                leads = self.make_leads(5)
                self.make_rule([("id", "in", leads.ids)])
                self.call_job(name)
                run = self.env["website.crm.score.run"].search([], limit=1)
                self.age()
                self.env.cr.execute(
                    f"""
                    ALTER TABLE website_crm_score_kept_owners_{run.id}
                          ALTER COLUMN stays_stale TYPE boolean USING NOT stays_stale;
                    ALTER TABLE website_crm_score_kept_owners_{run.id}
                          RENAME COLUMN stays_stale TO is_settled
                    """
                )
                self.migrate()
                self.assertEqual(run.looks_at, looks_at)
                self.assertEqual((run.done_part_count, run.part_count), (1, 3))
                for _part in range(2):
                    self.call_job(name)
                self.assertEqual((run.state, run.lead_count), ("done", 5))
                self.assertScores(leads, [10] * 5)
                self.assertFalse(any(leads.mapped("score_stale")))

    def test_jobs_are_caught_up_to_what_they_were(self):
        progress = self.env["website.crm.score.progress"]._get()
        before = progress.read()
        self.age()
        self.migrate()
        self.assertEqual(progress.read(), before)

    def test_what_is_stale_is_found_by_the_same_index(self):
        lead = self.make_lead()
        self.run_rules()
        lead._mark_stale()
        self.age()
        self.env.cr.execute("ALTER TABLE crm_lead ADD score_stale bool DEFAULT FALSE")
        self.migrate()
        self.assertTrue(lead.score_stale)
        definition, comment = sql.index_definition(
            self.env.cr, "crm_lead_score_stale_idx"
        )
        self.assertIn("score_stale IS TRUE", definition)
        self.assertIn("score_stale IS TRUE", comment)

    def test_favorites_of_the_list_of_runs_find_them(self):
        favorite = self.env["ir.filters"].create(
            {
                "name": "Of new ones",
                "model_id": "website.crm.score.run",
                "domain": "[('reach', '=', 'due')]",
                "context": "{'group_by': ['reach']}",
                "sort": '["reach desc"]',
            }
        )
        self.age()
        self.migrate()
        self.assertEqual(favorite.domain, "[('looks_at', '=', 'stale')]")
        self.assertEqual(favorite.context, "{'group_by': ['looks_at']}")
        self.assertEqual(favorite.sort, '["looks_at desc"]')
