"""The ledger is what counting by hand says, whatever happened to the newsletters."""

from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.website_crm_score.models.website_crm_score_progress import (
    CLOCK_TOLERANCE,
)
from odoo.addons.website_crm_score.tools.own_context import OURS

from .mail_recount import Mail, Person
from .mailing_common import MailingCase

NAMES = ("ann", "bob")
LINKS = ("/solution", "/pricing")
# How long after the step before: machines are quick, and people take their time.
WAITS = (
    timedelta(0),
    timedelta(seconds=10),
    timedelta(seconds=90),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=4),
)
# What a history is made of. What happens more often than other things is here more
# often.
STEPS = (
    *("send", "open", "click", "run", "run") * 2,
    *("scan", "reply", "bounce", "leave", "join", "block", "check"),
)
STEP_COUNT = 20
# A rule for each type of event, with one of each of these values.
LIMITS = {
    "value": [3, -2.5],
    "apply_to": ["lead", "partner"],
    "max_count": [0, 0, 1, 2],
    "valid_days": [0, 0, 2, 5],
    "mailing": [None, None, 0],
}
RULES = {
    "mail_open": {},
    "mail_click": {"link_url": ["/", "/pricing"], "click_unit": ["mail", "click"]},
    "mail_ignored": {"ignored_days": [1, 5]},
    "mail_bounce": {},
    "mail_unsubscribe": {},
}


@tagged("post_install", "-at_install")
class TestMailLedger(MailingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lists = cls.list + cls.env["mailing.list"].create({"name": "Other"})
        cls.mailings = cls.make_mailing(cls.list) + cls.make_mailing(cls.list)
        cls.links = cls.env["link.tracker"].create(
            [{"url": f"https://company.example{path}"} for path in LINKS]
        )
        cls.Contact = cls.env["mailing.contact"]
        cls.people = [cls.make_person(name) for name in NAMES]

    @classmethod
    def make_person(cls, name):
        email = f"{name}@customer.example"
        contact = cls.env["res.partner"].create({"name": name, "email": email})
        lead = cls.make_lead(name, partner_id=contact.id)
        cls.subscribe(email, *cls.lists)
        return Person(email, lead, contact)

    # Histories by chance alone, the same at each run: if they were made of strategies,
    # most of so few would differ in one step.
    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
    )
    @given(chance=st.randoms(use_true_random=True))
    def test_the_ledger_is_what_counting_says(self, chance):
        savepoint = self.env.cr.savepoint()
        try:
            self.replay(chance)
        finally:
            savepoint.rollback()
            self.env.invalidate_all()

    def replay(self, chance):
        self.time = self.now
        self.mails = []
        for person in self.people:
            person.left, person.blocked = {}, None
        self.rules = self.Rule.browse()
        for event_type, choices in RULES.items():
            values = {
                name: chance.choice(options)
                for name, options in {**LIMITS, **choices}.items()
            }
            self.rules += self.make_mail_rule(event_type=event_type, **values)
        self.is_behind = False
        steps = chance.choices(STEPS, k=STEP_COUNT)
        for name in ("send", *steps, "check"):
            self.time += chance.choice(WAITS)
            numbers = [chance.randrange(12) for _number in range(3)]
            with self.after(seconds=(self.time - self.now).total_seconds()):
                getattr(self, f"do_{name}")(*numbers)
                self.env.flush_all()

    def make_mail_rule(self, mailing, **values):
        if mailing is not None:
            chosen = self.mailings[mailing].id
            values |= {"mailing_match": "mailing", "mailing_id": chosen}
        if values["event_type"] == "mail_click":
            values["link_match"] = "contains"
        elif mailing is not None:
            values["mailing_list_id"] = self.list.id
        return self.make_event_rule(**values)

    # WHAT HAPPENS

    def do_send(self, who, what, how):
        """A newsletter is sent now, or was some days ago and is known only now.

        To leads and contacts at an old address, too: that is nobody's any more. Some
        a machine opens at once.
        """
        person = self.people[who % len(self.people)]
        mailing = self.mailings[what % len(self.mailings)]
        record = [self.Contact, person.lead, person.contact][what % 3]
        is_old = record and what >= 6
        days = 2 if how == 11 else 0
        trace = self.Trace.create(
            {
                "trace_status": "sent",
                "sent_datetime": self.time - timedelta(days=days),
                "mass_mailing_id": mailing.id,
                "model": record._name,
                "res_id": record.id or 1,
                "email": "old@customer.example" if is_old else person.email,
            }
        )
        self.mails.append(Mail(person, mailing, trace))
        self.is_behind |= bool(days)
        if how % 2:
            self.do_open(0)

    def do_open(self, which, *_numbers):
        mail = self.pick_mail(which)
        self.see(mail)
        mail.trace.set_opened()

    def do_reply(self, which, *_numbers):
        mail = self.pick_mail(which)
        self.see(mail)
        mail.status = "reply"
        mail.trace.set_opened()
        mail.trace.set_replied()

    def do_click(self, which, link, _number):
        mail = self.pick_mail(which)
        link = self.links[link % len(self.links)]
        mail.clicks.append((self.time, link.url))
        self.see(mail)
        self.add_click(mail, link)

    def do_scan(self, which, link, _number):
        """A machine that tells what it is opens a newsletter, and follows a link."""
        mail = self.pick_mail(which)
        mail.trace.with_context(website_crm_score_machine=OURS).set_opened()
        self.add_click(
            mail, self.links[link % len(self.links)], website_crm_score_machine=OURS
        )

    def do_bounce(self, which, *_numbers):
        mail = self.pick_mail(which)
        if mail.status != "bounce":
            mail.status, mail.bounced = "bounce", self.time
        mail.trace.set_bounced()
        self.is_behind = True  # what it counted for before is noticed within a day

    def do_leave(self, who, which, _number):
        person, left = self.pick_list(who, which)
        person.left.setdefault(left, self.time)
        left._update_subscription_from_email(person.email, force_message=False)

    def do_join(self, who, which, _number):
        person, joined = self.pick_list(who, which)
        person.left.pop(joined, None)
        joined._update_subscription_from_email(
            person.email, opt_out=False, force_message=False
        )
        self.is_behind = True

    def do_block(self, who, *_numbers):
        """Somebody wants no newsletters at all."""
        person = self.people[who % len(self.people)]
        if not person.blocked:
            person.blocked = self.time
            visitor = self.env.ref("base.public_user")
            # sudo: as the page to unsubscribe does
            self.env["mail.blacklist"].with_user(visitor).sudo()._add(person.email)

    def see(self, mail):
        """Somebody opens a newsletter, or a machine does at once."""
        is_last_minute = any(
            timedelta(0) < mail.get_deadline(rule) - self.time <= CLOCK_TOLERANCE
            for rule in self.rules
        )
        self.is_behind |= is_last_minute or mail.status == "bounce"
        mail.open(self.time)

    def add_click(self, mail, link, **context):
        clicks = self.env["link.tracker.click"].with_context(**context)
        clicks.add_click(link.code, mailing_trace_id=mail.trace.id)

    def pick_mail(self, number):
        """Return one of the last, so that much happens to few."""
        last = self.mails[-3:]
        return last[-1 - number % len(last)]

    def pick_list(self, who, which):
        person = self.people[who % len(self.people)]
        return person, self.lists[which % len(self.lists)]

    # RUNS

    def do_run(self, *_numbers):
        """The job looks at news alone."""
        self.run_jobs(self.time)
        if not self.is_behind:
            self.check()

    def do_check(self, *_numbers):
        """The job looks at everything, as it does once a day."""
        self.run_jobs(False)
        self.is_behind = False
        self.check()

    def run_jobs(self, owners_date):
        self.age_rules()
        for apply_to in ("lead", "partner"):
            self.progress._get(apply_to).owners_date = owners_date
        self.run_rules()
        self.env.invalidate_all()

    # COUNTING

    def check(self):
        for person in self.people:
            for record in (person.lead, person.contact):
                lines = record.score_line_ids
                found = {line.rule_id: self.read_line(line) for line in lines}
                expected = {
                    rule: counted
                    for rule in self.rules
                    if rule._get_owners(rule.apply_to)._name == record._name
                    if (counted := self.count(person, rule))
                }
                self.assertEqual(found, expected)
                points = sum(points for _count, points, *_dates in found.values())
                self.assertEqual(record.score, points)

    def read_line(self, line):
        return line.event_count, line.points, line.first_date, line.last_date

    def count(self, person, rule):
        """Return how many events count, their points, and the first and last date."""
        now = self.time
        dates = [
            date
            for date in self.find_dates(person, rule)
            if date <= now + CLOCK_TOLERANCE
            and (not rule.valid_days or date > now - timedelta(days=rule.valid_days))
        ]
        dates = sorted(dates, reverse=True)[: rule.max_count or None]
        if not dates:
            return None
        return len(dates), rule.value * len(dates), dates[-1], dates[0]

    def find_dates(self, person, rule):
        if rule.event_type == "mail_unsubscribe":
            return person.find_unsubscribed(rule)
        return [
            date
            for mail in self.mails
            if mail.person == person
            if rule.mailing_id in (mail.mailing, self.Mailing)
            for date in mail.find(rule)
        ]
