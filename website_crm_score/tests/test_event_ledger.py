"""The ledger is what counting the events one by one says, whatever happened before."""

from collections import defaultdict
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .event_common import EventCase

LEADS = 3
PATHS = ("/a", "/b")
# What a history is made of: each is a name and numbers, of which its step uses some.
STEPS = ("visit", "run", "due", "wait", "merge", "change", "lose", "kill")
step = st.tuples(st.sampled_from(STEPS), *(st.integers(0, 11),) * 3)
rule_values = st.fixed_dictionaries(
    {
        "value": st.sampled_from([1, -2.5, 10]),
        "page_url": st.sampled_from(["/", *PATHS]),
        "max_count": st.sampled_from([0, 1, 2]),
        "max_points": st.sampled_from([0, 3, 12]),
        "valid_days": st.sampled_from([0, 2, 5]),
        "visit_unit": st.sampled_from(["visit", "day"]),
    }
)


class Interrupted(Exception):
    pass


@tagged("post_install", "-at_install")
class TestEventLedger(EventCase):
    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
    )
    @given(
        rules=st.lists(rule_values, min_size=1, max_size=3),
        fading=st.booleans(),
        steps=st.lists(step, min_size=3, max_size=14),
    )
    def test_the_ledger_is_what_counting_says(self, rules, fading, steps):
        savepoint = self.env.cr.savepoint()
        try:
            self.replay(rules, fading, steps)
        finally:
            savepoint.rollback()
            self.env.invalidate_all()

    def replay(self, rules, fading, steps):
        self.later = timedelta()
        self.leads = self.make_leads(LEADS)
        self.seen = {lead: [] for lead in self.leads}
        self.visitors = {lead: self.make_visitor(lead) for lead in self.leads}
        self.rules = self.Rule.browse()
        for number, values in enumerate(rules):
            is_fading = fading and bool(values["valid_days"])
            self.rules += self.make_event_rule(
                **values, is_fading=is_fading, sequence=number
            )
        for name, *numbers in steps:
            with self.after(seconds=self.later.total_seconds()):
                getattr(self, f"do_{name}")(*numbers)
        with self.after(seconds=self.later.total_seconds()):
            self.run_again()
            self.check()

    def pick(self, number):
        return self.leads[number % len(self.leads)]

    def do_visit(self, who, days, path):
        """A lead was here some days ago, or is now."""
        lead = self.pick(who)
        path = PATHS[path % len(PATHS)]
        date = self.now + self.later - timedelta(days=days % 4)
        self.make_tracks(self.visitors[lead], path, date=date)
        self.seen[lead].append((date, path))

    def do_run(self, *_numbers):
        self.run_again()
        self.check()

    def do_due(self, *_numbers):
        self.Rule._cron_score_new_leads()

    def do_wait(self, hours, *_numbers):
        self.later += timedelta(hours=1 + 7 * hours)

    def do_merge(self, first, second, _number):
        head, tail = self.pick(first), self.pick(second)
        if head == tail or not (head.active and tail.active):
            return
        merged = (head + tail).merge_opportunity()
        gone = tail if merged == head else head
        self.seen[merged] += self.seen.pop(gone)
        self.leads -= gone

    def do_change(self, which, what, _number):
        rule = self.rules[which % len(self.rules)]
        name, value = [("value", 4), ("max_points", 7), ("max_count", 3)][what % 3]
        rule[name] = value

    def do_lose(self, who, *_numbers):
        """A lead is lost for a while: its points stay, and are counted again later."""
        lead = self.pick(who)
        lead.action_set_lost()
        self.run_again()
        lead.action_unarchive()
        lead._mark_score_outdated()

    def do_kill(self, *_numbers):
        """A run is killed when it has written something."""
        ending = type(self.env["website.crm.score.run"])._end

        def end(_run, _worklist):
            raise Interrupted

        savepoint = self.env.cr.savepoint()
        self.patch_end(end)
        try:
            self.run_again()
        except Interrupted:
            savepoint.rollback()
            self.env.invalidate_all()
        finally:
            self.patch_end(ending)

    def patch_end(self, end):
        type(self.env["website.crm.score.run"])._end = end

    def check(self):
        for lead in self.leads:
            lines = lead.score_line_ids
            found = {
                line.rule_id: (line.event_count, round(line.points, 2))
                for line in lines
            }
            counted = {rule: self.count(lead, rule) for rule in self.rules}
            expected = {rule: count for rule, count in counted.items() if count}
            self.assertEqual(found, expected)
        self.assertLedger(self.leads)

    def count(self, lead, rule):
        """Return how many events count and what they are worth, or None."""
        dates = [date for date, path in self.seen[lead] if rule.page_url in path]
        if rule.visit_unit == "day":
            days = defaultdict(list)
            for date in dates:
                days[date.date()].append(date)
            dates = [min(same) for same in days.values()]
        worths = [
            (date, worth)
            for date in dates
            if (worth := self.get_worth(rule, date)) is not None
        ]
        worths = sorted(worths, reverse=True)[: rule.max_count or None]
        if not worths:
            return None
        points = rule.value * sum(worth for _date, worth in worths)
        if rule.max_points:
            points = max(min(points, rule.max_points), -rule.max_points)
        return len(worths), round(points, 2)

    def get_worth(self, rule, date):
        """Return the part of its value that an event gives, None if it is too old."""
        now = self.now + self.later
        if not rule.valid_days:
            return 1
        if not rule.is_fading:
            return 1 if now - date < timedelta(days=rule.valid_days) else None
        age = (now.date() - date.date()).days
        return 1 - age / rule.valid_days if age < rule.valid_days else None
