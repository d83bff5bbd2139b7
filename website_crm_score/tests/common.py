from datetime import datetime, timedelta
from math import inf

from freezegun import freeze_time

from odoo.tests import TransactionCase, new_test_user

from odoo.addons.base.tests.common import DISABLED_MAIL_CONTEXT
from odoo.addons.website_crm_score.scoring.grading import Grading

LONG_AGO = datetime(2020, 1, 1)


class ScoringCase(TransactionCase):
    """Leads, visitors and rules of the test alone: what the database already has is
    archived, so that demo data changes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, **DISABLED_MAIL_CONTEXT))
        cls.Lead = cls.env["crm.lead"]
        cls.Line = cls.env["website.crm.score.line"]
        cls.Pageview = cls.env["website.crm.pageview"]
        cls.Rule = cls.env["website.crm.score"]
        cls.progress = cls.env.ref("website_crm_score.progress")
        cls.website = cls.env["website"].search([], limit=1)
        cls.host = cls.website.get_base_url()
        cls.Rule.search([]).active = False
        cls.env.flush_all()
        # In SQL: the ORM would recompute the leads of the database one by one.
        cls.env.cr.execute("UPDATE crm_lead SET active = FALSE")
        cls.env.cr.execute("DELETE FROM website_crm_score_history")
        cls.env.invalidate_all()

    @classmethod
    def freeze(cls, now):
        """Have it be ``now`` for all tests of the class: to freeze time looks through
        all modules."""
        cls.startClassPatcher(freeze_time(now))

    @classmethod
    def make_lead(cls, name="Lead", **values):
        return cls.make_leads(1, name=name, **values)

    @classmethod
    def make_leads(cls, count, **values):
        values = {"name": "Lead", "type": "lead", "user_id": False, **values}
        values.setdefault("team_id", False)
        leads = cls.Lead.create([values for _index in range(count)])
        cls.env.flush_all()
        return leads

    @classmethod
    def make_rule(cls, domain="[]", value=10, **values):
        values = {"name": "Rule", "domain": str(domain), "value": value, **values}
        return cls.Rule.create(values)

    @classmethod
    def make_visitor(cls, leads=None, partner=None, **values):
        values["access_token"] = str(partner.id) if partner else cls._next_token()
        if leads:
            values["lead_ids"] = [(6, 0, leads.ids)]
        return cls.env["website.visitor"].create(values)

    @classmethod
    def make_tracks(cls, visitor, *paths, date=None, **values):
        """Make tracks as core does, in SQL's order of ids; return them."""
        date = date or datetime.now().replace(microsecond=0)
        tracks = cls.env["website.track"].create(
            [
                {
                    "visitor_id": visitor.id,
                    "url": path if ":" in path else cls.host + path,
                    "visit_datetime": date + timedelta(seconds=index),
                    **values,
                }
                for index, path in enumerate(paths)
            ]
        )
        cls.env.flush_all()
        return tracks

    @classmethod
    def _next_token(cls):
        cls._token = getattr(cls, "_token", 0) + 1
        return f"{cls._token:032x}"

    @classmethod
    def make_user(cls, login, groups, **values):
        return new_test_user(cls.env, login=login, groups=groups, **values)

    def run_rules(self):
        """Do what the hourly job does, outside of a scheduled action."""
        return self.Rule.assign_scores_to_leads()

    def run_cron(self, name="ir_cron_assign_scores"):
        """Run a scheduled action, and again while it has itself called again."""
        cron = self.env.ref(f"website_crm_score.{name}")
        unfinished = [("cron_id", "=", cron.id), ("end_date", "=", False)]
        with self.enter_registry_test_mode():
            for _call in range(20):
                cron.method_direct_trigger()
                if not self.env["website.crm.score.run"].search_count(unfinished):
                    return
        self.fail(f"{cron.name} does not come to an end")

    def age_scores(self, leads):
        """Have the scores of ``leads`` changed long ago."""
        leads.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_lead SET score_date = %s WHERE id IN %s",
            (LONG_AGO, leads._ids),
        )
        leads.invalidate_recordset(["score_date"])

    def assertLedger(self, leads):
        """Each score is the sum of its lines, within the largest values that are set,
        in the cache and in the database; and what goes with it agrees."""
        grading = Grading.load(self.env)
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT lead.id, lead.score,
                   LEAST(COALESCE(sum(line.points) FILTER (
                       WHERE rule.category = 'fit'), 0), NULLIF(%s, 0))
                   + LEAST(COALESCE(sum(line.points) FILTER (
                       WHERE rule.category != 'fit'), 0), NULLIF(%s, 0)),
                   count(line.id), count(DISTINCT line.rule_id)
              FROM crm_lead lead
         LEFT JOIN website_crm_score_line line ON line.lead_id = lead.id
         LEFT JOIN website_crm_score rule ON rule.id = line.rule_id
             WHERE lead.id = ANY(%s)
          GROUP BY lead.id
            """,
            [grading.fit_max, grading.engagement_max, leads.ids],
        )
        rows = self.env.cr.fetchall()
        self.assertEqual(len(rows), len(leads), "A lead is missing")
        for lead_id, score, total, lines, rules in rows:
            lead = self.Lead.browse(lead_id)
            self.assertIsNotNone(score, "A score is NULL")
            self.assertEqual(score, total, "A score is not the sum of its lines")
            self.assertEqual(lines, rules, "A rule counts twice")
            self.assertEqual(float(score), lead.score, "The cache has an old score")
            rules = lead.with_context(active_test=False).score_ids
            self.assertEqual(set(lead.score_line_ids.rule_id), set(rules))
        self.assertTotals(leads)

    def assertTotals(self, owners):
        """The score is made of the fit and the engagement, each the sum of its reasons
        within its largest value; and they have the grade of these."""
        grading = Grading.load(self.env)
        for owner in owners:
            lines = owner.score_line_ids.grouped(lambda line: line.rule_id.category)
            fit, engagement = (
                min(sum(lines[name].mapped("points")) if name in lines else 0, limit)
                for name, limit in (
                    ("fit", grading.fit_max or inf),
                    ("engagement", grading.engagement_max or inf),
                )
            )
            self.assertAlmostEqual(owner.score_fit, fit)
            self.assertAlmostEqual(owner.score_engagement, engagement)
            self.assertAlmostEqual(owner.score, fit + engagement)
            self.assertEqual(owner.score_grade, self.get_grade(owner, grading))

    @staticmethod
    def get_grade(owner, grading):
        if not owner.score_date:
            return False
        fit, engagement = owner.score_fit, owner.score_engagement
        letter = (fit < grading.grade_a) + (fit < grading.grade_b)
        number = (engagement < grading.grade_1) + (engagement < grading.grade_2)
        return "ABC"[letter] + "123"[number]

    def assertScores(self, leads, scores):
        """The scores of ``leads`` are ``scores``, and the ledger explains them."""
        self.assertEqual(leads.mapped("score"), scores)
        self.assertLedger(leads)

    def make_closed_leads(self):
        """Return leads that were scored, then won, lost and archived."""
        won, lost, archived = leads = self.make_leads(3)
        self.run_rules()
        won.action_set_won()
        lost.action_set_lost()
        archived.action_archive()
        self.assertEqual(leads.mapped("won_status"), ["won", "lost", "pending"])
        self.age_scores(leads)
        return leads


class DependentFieldCase(ScoringCase):
    """A field that a user made depends on the score of leads."""

    @classmethod
    def setUpClass(cls):
        # First, to be done last: when the field is gone from the database.
        cls.addClassCleanup(cls._forget_field)
        super().setUpClass()
        # A field of a user, as Studio or the technical menu makes it.
        cls.env["ir.model.fields"].create(
            {
                "name": "x_score_twice",
                "field_description": "Twice the score",
                "model_id": cls.env["ir.model"]._get("crm.lead").id,
                "ttype": "float",
                "depends": "score",
                "compute": "for lead in self: lead['x_score_twice'] = lead.score * 2",
                "store": True,
            }
        )

    @classmethod
    def _forget_field(cls):
        with cls.registry.cursor() as cr:
            cls.registry._setup_models__(cr)
