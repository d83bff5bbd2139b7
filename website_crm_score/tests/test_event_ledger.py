"""The ledger is what counting the events one by one says, whatever happened before."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .event_common import EventCase

OWNERS = 3
PATHS = ("/a", "/b")
# What a history is made of: each is a name and numbers, of which its step uses some.
STEPS = ("run", "due", "wait", "merge", "change", "lose", "kill", *["visit"] * 7)
step = st.tuples(st.sampled_from(STEPS), *(st.integers(0, 11),) * 3)
rule_values = st.fixed_dictionaries(
    {
        "value": st.sampled_from([1, -2.5, 10]),
        "event_type": st.sampled_from(["page_visit", "page_visit", "comeback"]),
        "absence_days": st.sampled_from([1, 2]),
        "page_url": st.sampled_from(["/", *PATHS]),
        "max_count": st.sampled_from([0, 1, 2]),
        "max_points": st.sampled_from([0, 3, 12]),
        "valid_days": st.sampled_from([0, 2, 5]),
        "visit_unit": st.sampled_from(["visit", "day"]),
    }
)


class Interrupted(Exception):
    pass


def histories(max_examples):
    """Have a test replay so many histories, the same ones each time."""

    def decorate(test):
        test = given(
            rules=st.lists(rule_values, min_size=1, max_size=3),
            fading=st.booleans(),
            steps=st.lists(step, min_size=12, max_size=16),
        )(test)
        return settings(
            max_examples=max_examples,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # to make a failing history short takes too long
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.differing_executors,
            ],
        )(test)

    return decorate


class LedgerCase(EventCase):
    """Owners of a score, to whom things happen."""

    apply_to = "lead"
    # How many days ago visits can have been that were not seen by a run yet.
    max_late_days = 3

    def replay_and_forget(self, *history):
        savepoint = self.env.cr.savepoint()
        try:
            self.replay(*history)
        finally:
            savepoint.rollback()
            self.env.invalidate_all()

    def replay(self, rules, fading, steps):
        self.later = timedelta()
        self.visitors = self.make_owners()
        self.owners = list(self.visitors)
        self.seen = {owner: [] for owner in self.owners}
        self.rules = self.Rule.browse()
        for number, values in enumerate(rules):
            is_fading = fading and bool(values["valid_days"])
            self.rules += self.make_event_rule(
                **values,
                apply_to=self.apply_to,
                is_fading=is_fading,
                sequence=number,
            )
        for name, *numbers in steps:
            with self.after(seconds=self.later.total_seconds()):
                getattr(self, f"do_{name}")(*numbers)
        with self.after(seconds=self.later.total_seconds()):
            self.run_again()
            self.check()

    def pick(self, number):
        return self.owners[number % len(self.owners)]

    def do_visit(self, who, days, path):
        """Somebody was here some days ago, or is now."""
        owner = self.pick(who)
        path = PATHS[path % len(PATHS)]
        days %= self.max_late_days + 1
        date = self.now + self.later - timedelta(days=days)
        self.make_tracks(self.visitors[owner], path, date=date)
        self.seen[owner].append((date, path))

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
        merged = self.merge(head, tail)
        gone = tail if merged == head else head
        self.seen[merged] += self.seen.pop(gone)
        self.owners.remove(gone)

    def do_change(self, which, what, _number):
        rule = self.rules[which % len(self.rules)]
        name, value = [("value", 4), ("max_points", 7), ("max_count", 3)][what % 3]
        rule[name] = value

    def do_lose(self, who, *_numbers):
        """One is lost for a while: the points stay, and are counted again later."""
        owner = self.pick(who)
        self.lose(owner)
        self.run_again()
        owner.action_unarchive()
        owner._mark_score_outdated()

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
        for owner in self.owners:
            lines = owner.score_line_ids
            found = {
                line.rule_id: (line.event_count, round(line.points, 2))
                for line in lines
            }
            counted = {rule: self.count(owner, rule) for rule in self.rules}
            expected = {rule: count for rule, count in counted.items() if count}
            self.assertEqual(found, expected)
        self.check_scores()

    def check_scores(self):
        for owner in self.owners:
            self.assertEqual(owner.score, sum(owner.score_line_ids.mapped("points")))

    # A PLAIN COUNT

    def count(self, owner, rule):
        """Return how many events count and what they are worth, or None."""
        worths = [
            (date, worth)
            for date in self.find_dates(owner, rule)
            if (worth := self.get_worth(rule, date)) is not None
        ]
        worths = sorted(worths, reverse=True)[: rule.max_count or None]
        if not worths:
            return None
        points = rule.value * sum(worth for _date, worth in worths)
        if rule.max_points:
            points = max(min(points, rule.max_points), -rule.max_points)
        return len(worths), round(points, 2)

    def find_dates(self, owner, rule):
        """Return when what the rule looks at happened."""
        if rule.event_type == "comeback":
            dates = sorted(date for date, _path in self.seen[owner])
            absence = timedelta(days=rule.absence_days)
            return [
                date for before, date in pairwise(dates) if date - before >= absence
            ]
        dates = [date for date, path in self.seen[owner] if rule.page_url in path]
        if rule.visit_unit != "day":
            return dates
        days = defaultdict(list)
        for date in dates:
            days[date.date()].append(date)
        return [min(same) for same in days.values()]

    def get_worth(self, rule, date):
        """Return the part of its value that an event gives, None if it is too old."""
        now = self.now + self.later
        if not rule.valid_days:
            return 1
        if not rule.is_fading:
            return 1 if now - date < timedelta(days=rule.valid_days) else None
        age = (now.date() - date.date()).days
        return 1 - age / rule.valid_days if age < rule.valid_days else None


@tagged("post_install", "-at_install")
class TestEventLedger(LedgerCase):
    @histories(16)
    def test_the_ledger_is_what_counting_says(self, rules, fading, steps):
        self.replay_and_forget(rules, fading, steps)

    def make_owners(self):
        return {lead: self.make_visitor(lead) for lead in self.make_leads(OWNERS)}

    def merge(self, head, tail):
        return (head + tail).merge_opportunity()

    def lose(self, lead):
        lead.action_set_lost()

    def check_scores(self):
        self.assertLedger(self.Lead.union(*self.owners))


@tagged("post_install", "-at_install")
class TestContactLedger(LedgerCase):
    """What happens to leads happens to contacts, which have no page views: whatever
    happened is of the time at which it was committed."""

    apply_to = "partner"
    max_late_days = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.progress = cls.env.ref("website_crm_score.progress_partner")

    @histories(8)
    def test_the_ledger_of_contacts_is_what_counting_says(self, rules, fading, steps):
        self.replay_and_forget(rules, fading, steps)

    def make_owners(self):
        values = {"name": "Ann", "email": "ann@contact.example"}
        contacts = self.env["res.partner"].create([values] * OWNERS)
        return {contact: self.make_visitor(partner=contact) for contact in contacts}

    def do_due(self, *_numbers):
        self.Rule._cron_score_contacts()

    def merge(self, head, tail):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((head + tail).ids, head)
        return head

    def lose(self, contact):
        contact.action_archive()
