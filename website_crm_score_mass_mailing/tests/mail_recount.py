"""What people do with newsletters, noted and counted in plain Python."""

from datetime import timedelta

MACHINE_DELAY = timedelta(seconds=90)
LINKS_MOMENT = timedelta(seconds=3)


class Person:
    """A lead, its contact, and since when they want no newsletters."""

    def __init__(self, email, lead, contact):
        self.email, self.lead, self.contact = email, lead, contact
        self.left = {}  # by mailing list
        self.blocked = None

    def find_unsubscribed(self, rule):
        """Return when somebody left lists or all: at the same time is once."""
        if rule.mailing_list_id:
            dates = {self.left.get(rule.mailing_list_id)}
        else:
            dates = {*self.left.values(), self.blocked}
        return dates - {None}


class Mail:
    """A newsletter to somebody, and what happened to it."""

    def __init__(self, person, mailing, trace):
        self.person, self.mailing, self.trace = person, mailing, trace
        self.sent = trace.sent_datetime
        self.status = "sent"
        self.opened = self.bounced = None
        self.clicks = []  # dates and addresses

    def open(self, now):
        """The first time is what counts, but for machines'."""
        is_first = self.status not in ("open", "reply")
        is_seen = self.is_of_somebody(now) and not self.is_of_somebody(self.opened)
        if is_first:
            self.status = "open"
        if is_first or is_seen:
            self.opened = now

    def is_of_somebody(self, date):
        if not date or date < self.sent + MACHINE_DELAY:
            return False
        near = {url for when, url in self.clicks if abs(when - date) <= LINKS_MOMENT}
        return len(near) < 2

    # The dates of what a rule looks at.

    def find(self, rule):
        return getattr(self, f"find_{rule.event_type.removeprefix('mail_')}")(rule)

    def find_open(self, _rule):
        is_opened = self.status in ("open", "reply")
        return [self.opened] if is_opened and self.is_of_somebody(self.opened) else []

    def find_click(self, rule):
        dates = [
            date
            for date, url in self.clicks
            if rule.link_url in url and self.is_of_somebody(date)
        ]
        return dates if rule.click_unit == "click" else sorted(dates)[:1]

    def find_ignored(self, rule):
        deadline = self.get_deadline(rule)
        is_seen = self.is_of_somebody(self.opened) and self.opened < deadline
        return [] if self.status == "bounce" or is_seen else [deadline]

    def find_bounce(self, _rule):
        return [self.bounced] if self.status == "bounce" else []

    def get_deadline(self, rule):
        return self.sent + timedelta(days=rule.ignored_days)
