from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import AssignmentCase

FILTER_LOGGER = "odoo.addons.crm_team_assign.models.crm_assignment_filter_mixin"
DEEP = "[]"
for _level in range(40):
    DEEP = f"[('partner_id','any',[('parent_id','any',{DEEP})])]"
# Filters that cannot be used, and what is said of them.
UNUSABLE = [
    ("[('gone_field', '=', 1)]", "gone_field"),
    ("[('partner_id.gone_field', '=', 1)]", "gone_field"),
    ("[('score', '>=', 'much')]", "much"),
    ("[('name', '=', 'a\\x00b')]", "NUL"),
    ("[('user_id', '=', uid)]", "without code"),
    (DEEP, "one after another"),
    ("nonsense", "without code"),
]
# Stored by an administrator; a manager may not read the field.
SECRET = "[('partner_id.signup_type', '=', 'signup')]"


@tagged("post_install", "-at_install")
class TestAssignmentFilter(AssignmentCase):
    """A filter that cannot be used is refused, or else shown where it is mended."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.make_team("Direct", 0, [cls.ann])
        cls.member = cls.team.crm_team_member_ids

    def store(self, record, text, name="assignment_domain"):
        """Store what was usable once."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {record._table} SET {name} = %s WHERE id = %s", (text, record.id)
        )
        self.env.invalidate_all()

    def test_a_filter_is_told_in_words_in_full(self):
        self.assertEqual(self.team.assignment_condition, "All leads")
        cities = [f"City {number}" for number in range(5)]
        self.team.assignment_domain = str([("city", "in", cities), ("score", ">=", 50)])
        names = ", ".join(f"“{city}”" for city in cities[:-1])
        self.assertEqual(
            self.team.assignment_condition,
            f"City is {names} or “City 4” and Score is at least 50",
        )

    def test_a_filter_that_cannot_be_used_is_told_as_it_is(self):
        for text, _reason in UNUSABLE:
            with self.subTest(text=text[:40]):
                self.store(self.team, text)
                self.assertTrue(self.team.assignment_condition)
        self.store(self.team, "nonsense")
        self.assertEqual(self.team.assignment_condition, "nonsense")

    def test_the_words_of_many_filters_take_few_queries(self):
        countries = self.env["res.country"].search([], limit=30)
        teams = self.Team.browse()
        for country in countries:
            domain = str([("country_id", "=", country.id)])
            teams += self.make_team(country.name, 0, assignment_domain=domain)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(3):
            teams.mapped("assignment_condition")

    def test_a_filter_of_a_team_is_tried_when_it_is_saved(self):
        for text, reason in UNUSABLE:
            with self.subTest(text=text[:40]):
                with self.assertRaisesRegex(ValidationError, reason):
                    self.team.assignment_domain = text

    def test_filters_of_a_member_are_tried_when_they_are_saved(self):
        for name in ("assignment_domain", "assignment_domain_preferred"):
            for text, reason in UNUSABLE:
                with self.subTest(name=name, text=text[:40]):
                    with self.assertRaisesRegex(ValidationError, reason):
                        self.member[name] = text

    def test_the_form_of_a_team_opens_says_why_and_lets_it_be_mended(self):
        team = self.team.with_user(self.manager)
        for text, reason in [*UNUSABLE, (SECRET, "signup_type")]:
            with self.subTest(text=text[:40]):
                self.store(team, text)
                with Form(team, "crm_team_assign.crm_team_view_form_assign") as form:
                    self.assertIn(reason, form.assignment_filter_error)
                    self.assertEqual(form.recent_reach_count, 0)
                    form.assignment_domain = "[('city', '=', 'Paris')]"
                    self.assertFalse(form.assignment_filter_error)
                self.assertFalse(team.assignment_filter_error)

    def test_the_form_of_a_member_opens_and_says_why(self):
        member = self.member.with_user(self.manager)
        for name in ("assignment_domain", "assignment_domain_preferred"):
            for text, reason in [*UNUSABLE, (SECRET, "signup_type")]:
                with self.subTest(name=name, text=text[:40]):
                    self.store(member, text, name)
                    form = Form(member, "sales_team.crm_team_member_view_form")
                    self.assertIn(reason, form.assignment_filter_error)
                    self.store(member, None, name)

    def test_lists_and_cards_open_with_such_filters(self):
        for record in (self.team, self.member):
            for text, _reason in UNUSABLE:
                self.store(record, text)
                views = record.with_user(self.manager).get_views(
                    [(False, "list"), (False, "kanban"), (False, "search")]
                )
                names = views["models"][record._name]["fields"]
                names = {name: {} for name in names}
                record.with_user(self.manager).web_search_read([], names)

    @mute_logger(FILTER_LOGGER)
    def test_such_filters_stop_no_other_team(self):
        other = self.make_team("Fine", 0, [self.bob])
        for text, reason in UNUSABLE:
            with self.subTest(text=text[:40]):
                self.store(self.team, text)
                lead = self.make_scored(50)
                self.assign()
                self.assertEqual(lead.team_id, other)
                self.assertIn(reason, self.team.assignment_error)

    def test_a_member_whose_time_zone_is_no_more_stops_nobody(self):
        team = self.make_team("Other", 0, [self.bob, self.eve])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET tz = %s WHERE id = %s",
            ("US/Pacific-New", self.bob.partner_id.id),
        )
        self.env.invalidate_all()
        leads = self.make_scored(*[50] * 6)
        self.assign()
        self.assertEqual(sorted(self.get_seller_counts(leads)), [2, 2, 2])
        members = team.crm_team_member_ids.with_user(self.manager)
        members.invalidate_recordset()
        shown = members.web_search_read([], {"lead_month_count": {}})
        self.assertIn(2, [row["lead_month_count"] for row in shown["records"]])
