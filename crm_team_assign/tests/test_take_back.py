from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..execution import follow_up, messages, planner
from ..execution.idle import find_overdue
from ..queries import taking_back
from .common import LONG_AGO
from .plan_common import PlanCase


@tagged("post_install", "-at_install")
class TestTakeBack(PlanCase):
    """Nobody sits on leads: who does nothing for one is reminded, then it is given to
    somebody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.track_everything()
        cls.Handover = cls.env["crm.assignment.handover"]
        # Everybody works all the time.
        cls.env.company.resource_calendar_id = cls.make_calendar()
        cls.team = cls.make_team("Direct", 0, [cls.ann], take_back_hours=8)
        cls.team.take_back_date = LONG_AGO

    def add(self, *users, **values):
        self.team.crm_team_member_ids = [
            Command.create({"user_id": user.id, "assignment_max": 300} | values)
            for user in users
        ]

    def give(self, *scores, hours=9, reminded=5):
        """Return leads that Ann got so many hours ago, and was reminded of."""
        leads = self.make_scored(*scores)
        self.assign(self.team)
        self.env.cr.flush()
        self.set_hours(leads, hours, reminded)
        return leads

    def set_hours(self, leads, hours, reminded=None):
        now = fields.Datetime.now()
        reminded = reminded is not None and now - timedelta(hours=reminded)
        self.find_open(leads).write(
            {"date": now - timedelta(hours=hours), "warned_date": reminded}
        )

    def find_open(self, leads):
        domain = [("lead_id", "in", leads.ids), ("end_date", "=", False)]
        return self.Handover.search(domain)

    def find_taken_back(self, lead):
        domain = [("lead_id", "=", lead.id), ("taken_back_date", "!=", False)]
        return self.Handover.search(domain)

    def follow_up(self):
        self.env.flush_all()
        self.env.cr.flush()
        self.Handover._cron_follow_up()
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()

    def contact(self, lead, user=None):
        return lead.with_user(user or self.ann).message_post(
            body="Hello", message_type="comment"
        )

    def get_notes(self, user):
        return self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("notified_partner_ids", "in", user.partner_id.ids),
            ],
            order="id desc",
        )

    # TAKING BACK

    def test_a_lead_without_contact_is_given_to_the_next(self):
        lead = self.give(60)
        self.add(self.bob)
        self.follow_up()
        self.assertEqual(lead.user_id, self.bob)
        self.assertEqual(lead.team_id, self.team)
        [mine, his] = self.Handover.search([("lead_id", "=", lead.id)])
        self.assertEqual((mine.user_id, mine.state), (self.bob, "waiting"))
        self.assertEqual((his.user_id, his.state), (self.ann, "taken_back"))
        plan = mine.plan_id
        self.assertEqual((plan.origin, plan.state), ("take_back", "done"))
        self.assertEqual(
            plan.line_ids.explanation,
            "Taken back from Ann: no contact for 9 working hours. It is the turn of"
            " Bob in Direct.",
        )
        message = lead.message_ids.filtered("tracking_value_ids")[0]
        self.assertIn("no contact for 9 working hours", message.body)

    def test_the_next_one_is_told(self):
        lead = self.give(60)
        self.add(self.bob)
        self.follow_up()
        self.assertIn(lead.name, self.get_notes(self.bob)[0].body)

    def test_it_counts_for_the_capacity_of_who_gets_it(self):
        lead = self.give(60)
        self.add(self.bob)
        self.follow_up()
        bob = self.get_member(self.team, self.bob)
        self.assertEqual(bob.lead_day_count, 1)
        self.assertEqual(lead.user_id, self.bob)

    def test_it_is_off_by_default(self):
        self.assertFalse(self.Team.create({"name": "New"}).take_back_hours)
        lead = self.give(60)
        self.team.take_back_hours = 0
        self.add(self.bob)
        self.follow_up()
        self.assertEqual(lead.user_id, self.ann)

    def test_what_was_handed_over_before_it_was_switched_on_stays(self):
        lead = self.give(60)
        self.team.take_back_hours = 0
        self.team.take_back_hours = 8
        self.add(self.bob)
        self.follow_up()
        self.assertEqual(lead.user_id, self.ann)
        self.assertFalse(self.get_notes(self.ann).filtered(lambda m: "wait" in m.body))

    def test_who_got_in_touch_keeps_the_lead(self):
        lead = self.give(60)
        self.add(self.bob)
        self.contact(lead)
        self.follow_up()
        self.assertEqual(lead.user_id, self.ann)

    def test_a_meeting_is_a_contact_of_who_made_it_and_of_whose_it_is(self):
        for maker, owner in ((self.manager, self.ann), (self.ann, self.manager)):
            savepoint = self.env.cr.savepoint()
            lead = self.give(60)
            self.add(self.bob)
            now = fields.Datetime.now()
            self.env["calendar.event"].with_user(maker).create(
                {
                    "name": "Meeting",
                    "start": now,
                    "stop": now + timedelta(hours=1),
                    "user_id": owner.id,
                    "opportunity_id": lead.id,
                }
            )
            self.follow_up()
            with self.subTest(maker=maker.name):
                self.assertEqual(lead.user_id, self.ann)
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_what_somebody_else_did_is_no_contact(self):
        lead = self.give(60)
        self.add(self.bob)
        self.contact(lead, self.manager)
        self.follow_up()
        self.assertEqual(lead.user_id, self.bob)

    def test_a_lead_that_is_closed_or_somebody_elses_stays(self):
        won, lost, other, archived = leads = self.give(60, 61, 62, 63)
        self.add(self.bob)
        won.with_user(self.manager).action_set_won()
        lost.with_user(self.manager).action_set_lost()
        archived.write({"probability": 10, "active": False})
        other.user_id = self.eve
        owners = leads.mapped("user_id.id")
        self.assertFalse(self.rehearse(self.team).line_ids)  # before the job saw it
        self.follow_up()
        self.assertEqual(leads.mapped("user_id.id"), owners)
        self.assertFalse(self.find_open(leads))

    def test_a_lead_that_nobody_else_can_have_stays(self):
        lead = self.give(60)
        self.follow_up()
        self.assertEqual(lead.user_id, self.ann)
        self.assertFalse(self.find_open(lead).taken_back_date)
        self.add(self.bob, assignment_domain="[('city', '=', 'Rome')]")
        self.follow_up()
        self.assertEqual(lead.user_id, self.ann)
        plan = self.rehearse(self.team)
        self.assertEqual(self.get_line(plan, lead).outcome, "none")
        self.assertEqual(
            self.explain(plan, lead),
            "No contact by Ann for 9 working hours, but nobody else in Direct can have"
            " it now: it stays.",
        )

    def test_the_best_leads_are_given_first_to_who_has_room(self):
        low, high = self.give(50, 60)
        self.add(self.bob, assignment_max=30)
        self.follow_up()
        self.assertEqual((low.user_id, high.user_id), (self.ann, self.bob))

    def test_a_lead_that_was_moved_to_another_team_stays(self):
        lead = self.give(60)
        self.add(self.bob)
        lead.team_id = self.make_team("Other", 0, [self.bob])
        self.assertEqual(lead.user_id, self.ann)
        self.assertFalse(find_overdue(self.team))
        self.follow_up()
        self.assertEqual(lead.user_id, self.ann)

    def test_a_paused_team_takes_nothing_back(self):
        lead = self.give(60)
        self.add(self.bob)
        self.team.assignment_optout = True
        self.follow_up()
        self.assertEqual(lead.user_id, self.ann)

    # WHO IS TOLD THAT IT IS GONE

    def find_farewells(self):
        notes = self.get_notes(self.ann)
        return notes.filtered(lambda note: "given to somebody else" in note.body)

    def test_who_loses_leads_is_told_once_a_run_of_all_of_them(self):
        self.give(50, 60)
        self.add(self.bob)
        for _run in range(2):
            self.follow_up()
        [note] = self.find_farewells()
        self.assertEqual(note.subject, "2 leads were given to somebody else")
        text = " ".join(html2plaintext(note.body).split())
        self.assertLess(text.index("Score 60"), text.index("Score 50"))
        self.assertIn("now with Bob", text)
        self.assertFalse(self.get_notes(self.manager))

    def test_whoever_goes_on_with_a_plan_tells_nobody_twice(self):
        lead = self.give(60)
        self.add(self.bob)
        self.follow_up()
        messages.tell_all(self.env, self.find_open(lead).plan_id.sudo())
        self.assertEqual(len(self.find_farewells()), 1)

    def test_one_lead_is_named_in_the_subject(self):
        lead = self.give(60)
        self.add(self.bob)
        self.follow_up()
        [note] = self.find_farewells()
        self.assertEqual(note.subject, "Score 60 was given to somebody else")
        lead.unlink()
        self.assertFalse(note.exists())

    def test_the_lead_is_a_link_for_who_may_still_read_it(self):
        self.give(60)
        self.add(self.bob)
        self.follow_up()
        [note] = self.find_farewells()
        self.assertNotIn("<a", note.body)  # on a click it is opened without it, too
        self.ann.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.give(50)
        self.get_member(self.team, self.ann).active = False
        self.follow_up()
        self.assertIn("href", self.find_farewells()[0].body)

    def test_who_prefers_mail_gets_a_mail_of_it(self):
        self.ann.notification_type = "email"
        self.give(60)
        self.add(self.bob)
        self.follow_up()
        [note] = self.find_farewells()
        self.assertEqual(note.notification_ids.mapped("notification_type"), ["email"])

    def test_a_dry_run_and_the_daily_assignment_tell_it_too(self):
        for way in (
            self.assign_daily,
            lambda: self.confirm(self.rehearse(self.team)),
        ):
            savepoint = self.env.cr.savepoint()
            self.give(60)
            self.add(self.bob)
            way()
            self.env.cr.flush()
            self.assertEqual(len(self.find_farewells()), 1)
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_who_has_left_is_not_told(self):
        self.give(60)
        self.add(self.bob)
        self.ann.active = False
        self.follow_up()
        self.assertFalse(self.find_farewells())

    # HOW LONG

    def give_at(self, date):
        """Return a lead that Ann got then, who has office hours, as Bob has."""
        calendar = self.env.ref("resource.resource_calendar_std").copy({"tz": "UTC"})
        self.env.company.resource_calendar_id = calendar
        lead = self.make_scored(60)
        self.assign(self.team)
        self.add(self.bob)
        self.find_open(lead).write({"date": date})
        return lead

    def test_time_counts_in_working_hours(self):
        lead = self.give_at(fields.Datetime.to_datetime("2025-03-07 14:00:00"))
        for date, owner, is_reminded in (
            ("2025-03-10 08:30:00", self.ann, False),  # 3.5 hours
            ("2025-03-10 09:00:00", self.ann, True),  # 4
            ("2025-03-10 13:30:00", self.ann, True),  # 7.5
            ("2025-03-10 14:00:00", self.bob, False),  # 8, 4 of them since reminded
        ):
            with self.subTest(date), self.at(fields.Datetime.to_datetime(date)):
                self.follow_up()
                self.assertEqual(lead.user_id, owner)
                reminded = self.find_open(lead).warned_date
                self.assertEqual(bool(reminded), is_reminded)

    def test_on_a_weekend_no_time_goes_by(self):
        saturday = fields.Datetime.to_datetime("2025-03-08 03:00:00")
        lead = self.give_at(saturday)
        for hours in (12, 40):
            with self.at(saturday + timedelta(hours=hours)):
                self.follow_up()
            self.assertEqual(lead.user_id, self.ann)
            self.assertFalse(self.find_open(lead).warned_date)

    def test_while_somebody_is_away_the_time_stands_still(self):
        lead = self.give(60)
        self.add(self.bob)
        ann = self.get_member(self.team, self.ann)
        ann.write(
            {
                "assignment_optout": True,
                "assignment_paused_until": fields.Date.add(ann._get_today(), days=3),
            }
        )
        self.follow_up()
        self.assertEqual(lead.user_id, self.ann)
        ann.assignment_optout = False
        now = fields.Datetime.now()
        away = [(now - timedelta(hours=6), now - timedelta(hours=2))]
        with patch.object(type(ann), "_get_absences", lambda *args: {ann: away}):
            self.follow_up()
            self.assertEqual(lead.user_id, self.ann)
        self.follow_up()
        self.assertEqual(lead.user_id, self.bob)

    # REMINDING

    def test_who_does_nothing_is_reminded_once_after_half_the_time(self):
        late, early = self.give(60, 50, hours=5, reminded=None)
        self.add(self.bob)
        self.set_hours(early, 3)
        for _run in range(2):
            self.follow_up()
        self.assertEqual((late + early).user_id, self.ann)
        [note] = self.get_notes(self.ann).filtered(lambda m: "touch" in m.body)
        self.assertEqual(note.subject, "Score 60 waits for you to get in touch")
        self.assertIn("4 working hours left", note.body)
        self.assertNotIn("Score 50", note.body)
        self.assertTrue(self.find_open(late).warned_date)
        self.assertFalse(self.find_open(early).warned_date)

    def test_a_reminder_of_several_leads_has_the_best_first(self):
        self.give(60, 50, hours=5, reminded=None)
        self.follow_up()
        [note] = self.get_notes(self.ann).filtered(lambda m: "touch" in m.body)
        self.assertEqual(note.subject, "2 leads wait for you to get in touch")
        self.assertLess(note.body.index("Score 60"), note.body.index("Score 50"))

    def test_nothing_is_taken_back_before_the_reminder_had_its_time(self):
        """However long a lead has been waiting when the job comes to it."""
        lead = self.give(60, hours=100, reminded=None)
        self.add(self.bob)
        for _run in range(2):
            self.follow_up()
            self.assertEqual(lead.user_id, self.ann)
        self.find_open(lead).warned_date -= timedelta(hours=4)
        self.follow_up()
        self.assertEqual(lead.user_id, self.bob)

    def test_a_reminder_is_noted_once(self):
        """However many jobs come to note it."""
        lead = self.give(60)
        handover = self.find_open(lead)
        reminded = handover.warned_date
        taking_back.note_reminded(self.env, handover.ids)
        self.assertEqual(handover.warned_date, reminded)

    def test_who_got_in_touch_is_not_reminded(self):
        lead = self.give(60, hours=5, reminded=None)
        self.contact(lead)
        self.follow_up()
        self.assertFalse(self.find_open(lead).warned_date)

    # NEVER BACK, AT MOST SO MANY TIMES

    def test_nobody_gets_a_lead_back_that_he_did_nothing_for(self):
        lead = self.give(60)
        self.team.take_back_times = 9
        self.add(self.bob)
        self.follow_up()
        self.set_hours(lead, 9, 5)
        self.follow_up()
        self.assertEqual(lead.user_id, self.bob)
        old = self.find_taken_back(lead)
        old.taken_back_date -= timedelta(days=31)
        self.follow_up()
        self.assertEqual(lead.user_id, self.ann)

    def test_nor_by_the_daily_assignment_when_it_is_nobodys_again(self):
        lead = self.give(60)
        self.add(self.bob)
        self.follow_up()
        lead.user_id = False
        self.get_member(self.team, self.bob).active = False
        self.assign(self.team)
        self.assertFalse(lead.user_id)
        plan = self.rehearse(self.team)
        self.assertEqual(self.get_line(plan, lead).reason, "barred")
        self.add(self.eve)
        self.assign(self.team)
        self.assertEqual(lead.user_id, self.eve)

    def test_after_so_many_times_it_goes_to_the_team_leader(self):
        lead = self.give(60)
        self.add(self.bob, self.eve)
        self.team.write({"user_id": self.manager.id, "take_back_times": 1})
        self.follow_up()
        self.assertEqual(lead.user_id, self.bob)
        self.set_hours(lead, 9, 5)
        self.follow_up()
        self.assertEqual(lead.user_id, self.manager)
        [line] = self.find_open(lead).plan_id.line_ids
        self.assertEqual(line.reason, "leader")
        self.assertEqual(line.state, "done")
        self.assertIn("leader of Direct", line.explanation)
        self.assertIn(lead.name, self.get_notes(self.manager)[0].body)
        self.set_hours(lead, 99, 50)
        self.follow_up()
        self.assertEqual(lead.user_id, self.manager)

    def test_a_leader_who_has_it_as_a_member_keeps_it(self):
        lead = self.give(60)
        self.add(self.bob)
        self.team.write({"user_id": self.bob.id, "take_back_times": 1})
        self.follow_up()
        self.set_hours(lead, 9, 5)
        his = self.find_open(lead)
        self.follow_up()
        self.assertEqual(lead.user_id, self.bob)
        self.assertEqual(self.find_open(lead), his)

    def test_without_a_leader_it_stays(self):
        lead = self.give(60)
        self.add(self.bob, self.eve)
        self.team.write({"user_id": False, "take_back_times": 1})
        self.follow_up()
        self.set_hours(lead, 9, 5)
        self.follow_up()
        self.assertEqual(lead.user_id, self.bob)

    def test_a_leader_who_has_left_gets_nothing(self):
        lead = self.give(60)
        self.add(self.bob)
        self.team.write({"user_id": self.manager.id, "take_back_times": 1})
        self.follow_up()
        self.manager.active = False
        self.set_hours(lead, 9, 5)
        self.follow_up()
        self.assertEqual(lead.user_id, self.bob)

    # THE DRY RUN AND ITS LIKE

    def test_a_dry_run_shows_it_and_does_it_when_it_is_confirmed(self):
        lead = self.give(60)
        self.add(self.bob)
        plan = self.rehearse(self.team)
        line = self.get_line(plan, lead)
        self.assertEqual((line.outcome, line.reason), ("member", "taken_back"))
        self.assertEqual(line.user_id, self.bob)
        self.assertIn("Taken back from Ann", line.explanation)
        self.confirm(plan)
        self.assertEqual(lead.user_id, self.bob)

    def test_a_dry_run_leaves_out_who_got_in_touch_meanwhile(self):
        lead = self.give(60)
        self.add(self.bob)
        plan = self.rehearse(self.team)
        self.contact(lead)
        self.confirm(plan)
        self.assertEqual(lead.user_id, self.ann)
        line = self.get_line(plan, lead)
        self.assertEqual((line.state, line.left_reason), ("left_out", "contacted"))
        self.assertEqual(line.explanation, "Ann got in touch meanwhile, and keeps it.")

    def test_a_dry_run_sees_a_contact_before_the_job_does(self):
        lead = self.give(60)
        self.add(self.bob)
        self.contact(lead)
        self.env.flush_all()
        self.env.cr.flush()
        self.assertFalse(self.get_line(self.rehearse(self.team), lead))

    def test_dry_run_button_and_jobs_give_the_same_answers(self):
        leads = self.give(90, 80, 70, 60, 50)
        self.add(self.bob)
        self.add(self.eve, assignment_max=60)
        self.contact(leads[1])
        self.env.flush_all()
        self.env.cr.flush()
        plan = self.rehearse(self.team)
        planned = {
            line.lead_id: line.user_id for line in self.get_lines(plan, "member")
        }
        self.assertEqual(len(planned), 4)
        for way in (
            lambda: self.confirm(plan),
            lambda: self.assign(self.team),
            self.assign_daily,
            self.follow_up,
        ):
            savepoint = self.env.cr.savepoint()
            way()
            self.assertEqual({lead: lead.user_id for lead in planned}, planned)
            self.assertEqual(leads[1].user_id, self.ann)
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_it_is_not_given_at_once_what_is_taken_back_by_the_job(self):
        lead = self.give(60)
        self.add(self.bob)
        self.team.assignment_at_once = True
        new = self.make_scored(70)
        self.Rule.assign_scores_to_leads()
        self.Team._cron_assign_at_once()
        self.assertTrue(new.user_id)
        self.assertEqual(lead.user_id, self.ann)

    # WHO ACTS AT THAT MOMENT WINS

    def test_who_acts_while_it_is_planned_keeps_the_lead(self):
        lead = self.give(60)
        self.add(self.bob)
        draft = planner.make_draft

        def act(*args, **kwargs):
            made = draft(*args, **kwargs)
            self.contact(lead)
            return made

        with patch("odoo.addons.crm_team_assign.execution.assignment.make_draft", act):
            self.follow_up()
        self.assertEqual(lead.user_id, self.ann)
        self.assertTrue(self.find_open(lead).first_contact_date)

    def test_what_was_done_before_and_seen_later_is_put_right(self):
        lead = self.give(60)
        self.add(self.bob, self.eve)
        self.follow_up()
        self.assertEqual(lead.user_id, self.bob)
        plan = self.find_open(lead).plan_id
        taken = self.find_taken_back(lead)
        message = self.contact(lead.sudo(), self.ann)
        message.sudo().date = taken.taken_back_date
        self.follow_up()
        self.assertEqual(lead.user_id, self.ann)
        self.assertEqual(self.find_open(lead), taken)
        self.assertEqual(taken.state, "contacted")
        self.assertEqual(plan.line_ids.left_reason, "contacted")
        # Nobody had a turn, and she is told that it is hers again.
        self.assertFalse(any(self.team.crm_team_member_ids.mapped("assignment_credit")))
        self.assertIn("assigned", self.get_notes(self.ann)[0].body)

    def test_unless_the_next_one_got_in_touch_already(self):
        lead = self.give(60)
        self.add(self.bob)
        self.follow_up()
        taken = self.find_taken_back(lead)
        self.contact(lead.sudo(), self.ann).sudo().date = taken.taken_back_date
        with self.at(fields.Datetime.now() + timedelta(minutes=1)):
            self.contact(lead, self.bob)
            self.follow_up()
        self.assertEqual(lead.user_id, self.bob)

    def test_a_late_contact_gives_nothing_back_that_is_over(self):
        lead = self.give(60)
        self.add(self.bob)
        self.follow_up()
        taken = self.find_taken_back(lead)
        cases = {
            "after it was gone": lambda: self.set_contact(lead, taken, minutes=1),
            "two days ago": lambda: self.set_contact(lead, taken, days=2),
            "has left": lambda: self.ann.write({"active": False}),
            "is won": lambda: lead.with_user(self.manager).action_set_won(),
            "is lost": lambda: lead.with_user(self.manager).action_set_lost(),
        }
        for name, happen in cases.items():
            savepoint = self.env.cr.savepoint()
            self.set_contact(lead, taken)
            happen()
            self.follow_up()
            with self.subTest(name):
                self.assertEqual(lead.user_id, self.bob)
                self.assertTrue(taken.taken_back_date)
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def set_contact(self, lead, taken, minutes=0, days=0):
        """Have Ann have got in touch so much later than the lead was taken from her, or
        have all that be so many days ago."""
        partner = self.ann.partner_id
        messages = lead.message_ids.filtered(lambda one: one.author_id == partner)
        message = messages or self.contact(lead.sudo(), self.ann).sudo()
        taken.date -= timedelta(days=days)
        taken.taken_back_date -= timedelta(days=days)
        message.date = taken.taken_back_date + timedelta(minutes=minutes)

    # IN SETS

    def test_statements_do_not_grow_with_the_leads(self):
        self.add(self.bob, assignment_unlimited=True)
        ann = self.get_member(self.team, self.ann)
        ann.assignment_unlimited = True
        counts = []
        for number in (2, 12):
            self.get_member(self.team, self.bob).active = False
            self.give(*[60] * number)
            self.get_member(self.team, self.bob).active = True
            self.env.flush_all()
            self.env.cr.flush()
            follow_up.find_overdue(self.team)  # what is cached
            before = self.env.cr.sql_log_count
            overdue = follow_up.find_overdue(self.team)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(overdue), sum((2, 12)[: len(counts)]))
        self.assertEqual(*counts)

    # SETTINGS

    def test_a_setting_that_makes_no_sense_is_refused(self):
        for values in (
            {"take_back_hours": -1},
            {"take_back_hours": 5000},
            {"take_back_times": 0},
            {"take_back_days": -1},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.team.write(values)
