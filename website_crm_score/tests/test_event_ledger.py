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
STEPS = (
    *("run", "stale", "wait", "change", "lose", "kill", "limit"),
    *("merge", "remove", "consent") * 2,
    *["visit"] * 9,
)
# The values of a rule.
RULE = {
    "value": [1, -2.5, 10],
    "event_type": ["page_visit", "page_visit", "comeback"],
    "absence_days": [1, 2],
    "page_url": ["/", *PATHS],
    "min_count": [0, 0, 2],
    "max_count": [0, 1, 2],
    "max_points": [0, 3, 12],
    "valid_days": [0, 2, 5],
    "visit_unit": ["visit", "day"],
    "category": ["fit", "engagement", "engagement"],
    "is_fading": [False, True],
}
# The largest fit and engagement; 0 is none.
LIMITS = [0, 4, 12]
# Thresholds that such points reach.
THRESHOLDS = {"grade_a": 10, "grade_b": 2, "grade_1": 12, "grade_2": 4}


class Interrupted(Exception):
    pass


def histories(max_examples):
    """Have a test replay so many histories, the same ones each time.

    They are made by chance alone: if they were made of strategies, most of so few would
    be of steps that differ little.
    """

    def decorate(test):
        return settings(
            max_examples=max_examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # to make a failing history short takes too long
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.differing_executors,
            ],
        )(given(chance=st.randoms(use_true_random=True))(test))

    return decorate


class LedgerCase(EventCase):
    """Owners of a score, to whom things happen."""

    apply_to = "lead"
    # How many days ago visits can have been that were not seen by a run yet.
    max_late_days = 3

    def replay_and_forget(self, chance):
        savepoint = self.env.cr.savepoint()
        try:
            self.replay(chance)
        finally:
            savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()  # the settings

    def replay(self, chance):
        self.later = timedelta()
        self.set_numbers(**THRESHOLDS)
        self.set_limits(chance.choice(LIMITS), chance.choice(LIMITS))
        self.was_restated = False
        self.visitors = self.make_owners()
        self.owners = list(self.visitors)
        visitors = self.env["website.visitor"].union(*self.visitors.values())
        self.seen = {visitor: [] for visitor in visitors}
        # What is known of visits that were removed: the day of the first, and how many.
        self.removed = {visitor: {} for visitor in visitors}
        self.refused = set()
        self.rules = self.Rule.browse()
        for number in range(chance.randint(1, 3)):
            self.rules += self.make_chance_rule(chance, sequence=number)
        for name in chance.choices(STEPS, k=chance.randint(14, 18)):
            numbers = [chance.randrange(12) for _number in range(3)]
            with self.after(seconds=self.later.total_seconds()):
                getattr(self, f"do_{name}")(*numbers)
        with self.after(seconds=self.later.total_seconds()):
            self.run_again()
            self.check()

    def make_chance_rule(self, chance, **values):
        values |= {name: chance.choice(options) for name, options in RULE.items()}
        values["is_fading"] &= bool(values["valid_days"])
        return self.make_event_rule(apply_to=self.apply_to, **values)

    def set_numbers(self, **numbers):
        for name, number in numbers.items():
            self.env["ir.config_parameter"].set_param(
                f"website_crm_score.{name}", number
            )

    def set_limits(self, fit_max, engagement_max):
        self.set_numbers(fit_max=fit_max, engagement_max=engagement_max)

    def pick(self, number):
        return self.owners[number % len(self.owners)]

    def do_visit(self, who, days, path):
        """Somebody was here some days ago, or is now."""
        owner = self.pick(who)
        path = PATHS[path % len(PATHS)]
        days %= self.max_late_days + 1
        date = self.now + self.later - timedelta(days=days)
        visitor = self.visitors[owner][0]
        self.make_tracks(visitor, path, date=date)
        self.seen[visitor].append((date, path))

    def do_remove(self, days, *_numbers):
        """Visits of some days ago are removed; what they leave is counted later."""
        before = self.now + self.later - timedelta(days=days % 3)
        tracks = self.env["website.track"]
        tracks._remove(tracks._find_old_tracks(before, 0))
        for visitor, seen in self.seen.items():
            for date, path in [visit for visit in seen if visit[0] < before]:
                seen.remove((date, path))
                self.add_removed(visitor, path, date, 1)
        self.look_again()

    def add_removed(self, visitor, path, date, count):
        known_date, known_count = self.removed[visitor].get(path, (date, 0))
        self.removed[visitor][path] = (min(date, known_date), known_count + count)

    def do_consent(self, who, *_numbers):
        """A visitor withdraws the consent, or gives it again."""
        visitor = self.visitors[self.pick(who)][-1]
        visitor._set_consent_withdrawn(visitor not in self.refused)
        self.refused ^= {visitor}
        self.look_again()

    def look_again(self):
        """Have the rules look at all owners, as they do once a day."""
        for owner in self.owners:
            owner._mark_stale()

    def do_run(self, *_numbers):
        self.run_again()
        self.check()

    def do_stale(self, *_numbers):
        self.Rule._cron_score_new_leads()

    def do_wait(self, hours, *_numbers):
        self.later += timedelta(hours=1 + 7 * hours)

    def do_merge(self, first, second, _number):
        head, tail = self.pick(first), self.pick(second)
        if head == tail or not (head.active and tail.active):
            return
        merged = self.merge(head, tail)
        gone = tail if merged == head else head
        self.owners.remove(gone)
        self.join(merged, gone)

    def join(self, merged, gone):
        self.visitors[merged] += self.visitors.pop(gone)

    def do_change(self, which, what, _number):
        rule = self.rules[which % len(self.rules)]
        name, value = [
            ("value", 4),
            ("max_points", 7),
            ("max_count", 3),
            ("category", "fit"),
        ][what % 4]
        rule[name] = value

    def do_limit(self, fit_max, engagement_max, _number):
        """Other largest values are set: what owners have is restated, silently."""
        self.set_limits(fit_max % 4 * 4, engagement_max % 4 * 4)
        self.was_restated = True
        self.run_again()
        self.owners[0]._regrade()
        self.check()

    def do_lose(self, who, *_numbers):
        """One is lost for a while: the points stay, and are counted again later."""
        owner = self.pick(who)
        self.lose(owner)
        self.run_again()
        owner.action_unarchive()
        owner._mark_stale()

    def do_kill(self, *_numbers):
        """A run is killed when it has written something."""
        ending = type(self.env["website.crm.score.run"])._end

        def end(_run):
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
        self.check_histories()

    def check_scores(self):
        self.assertTotals(self.owners)

    def check_histories(self):
        """Each score is where its history ends, each day where the one before ended,
        as long as nothing was restated."""
        if self.was_restated:
            return
        for owner in self.owners:
            rows = self.env["website.crm.score.history"].search(
                [(owner._ledger_field, "=", owner.id)], order="date"
            )
            ends = rows.mapped("score")
            self.assertEqual(ends[-1:], [owner.score] if rows else [])
            self.assertEqual(rows.mapped("score_before")[1:], ends[:-1])

    # A PLAIN COUNT

    def count(self, owner, rule):
        """Return how many events count and what they are worth, or None."""
        worths = [
            (date, worth)
            for date in self.find_dates(owner, rule)
            if (worth := self.get_worth(rule, date)) is not None
        ]
        if len(worths) < max(rule.min_count, 1):
            return None
        worths = sorted(worths, reverse=True)[: rule.max_count or None]
        points = rule.value * sum(worth for _date, worth in worths)
        if rule.max_points:
            points = max(min(points, rule.max_points), -rule.max_points)
        return len(worths), round(points, 2)

    def find_dates(self, owner, rule):
        """Return when what the rule looks at happened."""
        visitors = [one for one in self.visitors[owner] if one not in self.refused]
        seen = [visit for visitor in visitors for visit in self.seen[visitor]]
        if rule.event_type == "comeback":
            dates = sorted(date for date, _path in seen)
            absence = timedelta(days=rule.absence_days)
            return [
                date for before, date in pairwise(dates) if date - before >= absence
            ]
        for visitor in visitors:
            for path, (date, count) in self.removed[visitor].items():
                seen += [(date, path)] * count
        dates = [date for date, path in seen if rule.page_url in path]
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
    @histories(24)
    def test_the_ledger_is_what_counting_says(self, chance):
        self.replay_and_forget(chance)

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

    @histories(16)
    def test_the_ledger_of_contacts_is_what_counting_says(self, chance):
        self.replay_and_forget(chance)

    def make_owners(self):
        values = {"name": "Ann", "email": "ann@contact.example"}
        contacts = self.env["res.partner"].create([values] * OWNERS)
        # Only what visitors of leads saw is removed some day.
        return {
            contact: self.make_visitor(self.make_lead(), partner=contact)
            for contact in contacts
        }

    def do_stale(self, *_numbers):
        self.Rule._cron_score_contacts()

    def merge(self, head, tail):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((head + tail).ids, head)
        return head

    def join(self, merged, gone):
        """The visitors of merged contacts are merged, too."""
        [old], [new] = self.visitors.pop(gone), self.visitors[merged]
        self.seen[new] += self.seen.pop(old)
        for path, (date, count) in self.removed.pop(old).items():
            self.add_removed(new, path, date, count)

    def lose(self, contact):
        contact.action_archive()
