"""Rules on events, what happens for them to count, and a plain count of it."""

from collections import defaultdict
from datetime import timedelta

from .database import HOST

ADMIN = 2
PAGES = ("/pricing", "/about")
# Some hours from any age at which an event no longer counts: it does not matter when
# exactly the job and the test look at the clock.
AGES = (2, 30, 42, 80, 200)

# What a rule does not say is what its fields are by default.
UNLIMITED = {"max_count": 0, "max_points": 0, "valid_days": 0, "visit_unit": "visit"}
RULES = [
    UNLIMITED | {"name": name, "event_type": event_type, "value": value, **limits}
    for name, event_type, value, limits in (
        ("Prices", "page_visit", 3, {"page_url": "/pricing", "max_points": 10}),
        ("Lately", "page_visit", 4, {"page_url": "/pricing", "valid_days": 2}),
        (
            "Days",
            "page_visit",
            -1.5,
            {"page_url": "/about", "visit_unit": "day", "max_count": 2},
        ),
        ("Form", "contact_form", 20, {"valid_days": 2}),
        ("Back", "comeback", 7, {"absence_days": 2, "max_count": 2}),
    )
]

# As hits of pages in the past, some hours ago.
ADD_VISITS = """
INSERT INTO website_track (visitor_id, url, visit_datetime)
SELECT website_visitor_id, %(url)s,
       now() AT TIME ZONE 'UTC' - %(hours)s * interval '1 hour'
  FROM crm_lead_website_visitor_rel
 WHERE crm_lead_id = %(lead_id)s
"""
# The visitor sent the form, some hours ago.
SEND_FORM = """
INSERT INTO website_crm_form (lead_id, date)
VALUES (%(lead_id)s, now() AT TIME ZONE 'UTC' - %(hours)s * interval '1 hour')
"""
# All that bears a date and that the rules or their jobs look at, but for when they last
# looked at all leads: what expires is to be found without that.
DATES = {
    "crm_lead": ("create_date",),
    "website_track": ("visit_datetime",),
    "website_crm_form": ("date",),
    "website_crm_pageview": ("first_view_date", "view_date"),
    "website_crm_score": ("write_date",),
    "website_crm_score_line": ("first_date", "last_date"),
    "website_crm_score_progress": ("pageviews_date", "ledger_date", "events_date"),
}

VISITS = """
SELECT link.crm_lead_id, track.url, track.visit_datetime
  FROM crm_lead_website_visitor_rel link
  JOIN website_track track ON track.visitor_id = link.website_visitor_id
"""
FORMS = "SELECT lead_id, date FROM website_crm_form"
LEDGER = """
SELECT line.lead_id, rule.name->>'en_US', line.event_count, line.points::float
  FROM website_crm_score_line line
  JOIN website_crm_score rule ON rule.id = line.rule_id AND rule.rule_type = 'event'
"""


# HISTORY


def add_rules(user):
    """Have a process of Odoo make the rules."""
    rules = [{**rule, "rule_type": "event", "tz": "UTC"} for rule in RULES]
    user.do("call", calls=[("website.crm.score", "create", rules)], user_id=ADMIN)


def add_history(database, chance, lead_ids):
    """Have visitors of leads do things at random times in the past."""
    for lead_id in lead_ids:
        for _visit in range(chance.randrange(5)):
            visit(database, lead_id, chance.choice(PAGES), chance.choice(AGES))
        if not chance.randrange(3):
            hours = chance.choice(AGES)
            database.rows(SEND_FORM, lead_id=lead_id, hours=hours)


def visit(database, lead_id, page, hours=0):
    """Have the visitors of a lead see a page some hours ago."""
    database.rows(ADD_VISITS, lead_id=lead_id, url=HOST + page, hours=hours)


def pass_time(database):
    """Make everything a day older, as if that had passed."""
    for table, names in DATES.items():
        changes = (f"{name} = {name} - interval '1 day'" for name in names)
        database.rows(f"UPDATE {table} SET {', '.join(changes)}")


# RECOUNT


def check_counted(database):
    """The ledger is what counting the events one by one says."""
    found = {(lead, rule): counted for lead, rule, *counted in database.rows(LEDGER)}
    expected = recount(database)
    wrong = [
        (key, found.get(key), expected.get(key))
        for key in sorted(found.keys() | expected.keys())
        if found.get(key) != expected.get(key)
    ]
    assert wrong == [], f"(lead, rule), in the ledger, counted: {wrong}"


def recount(database):
    """Return how many events of each rule count for each lead, and for what."""
    now = database.value("SELECT now() AT TIME ZONE 'UTC'")
    visits, forms = defaultdict(list), defaultdict(list)
    for lead_id, url, date in database.rows(VISITS):
        visits[lead_id].append((date, url))
    for lead_id, date in database.rows(FORMS):
        forms[lead_id].append(date)
    counted = {
        (lead_id, rule["name"]): count(rule, now, visits[lead_id], forms[lead_id])
        for lead_id in visits.keys() | forms.keys()
        for rule in RULES
    }
    return {key: value for key, value in counted.items() if value}


def count(rule, now, visits, forms):
    """Return how many events of a rule count for a lead, and for what, if any do."""
    if rule["event_type"] == "contact_form":
        dates = forms
    elif rule["event_type"] == "comeback":
        dates = find_returns(sorted(visits), timedelta(days=rule["absence_days"]))
    else:
        dates = [date for date, url in visits if rule["page_url"] in url]
    if rule["visit_unit"] == "day":
        dates = {date.date(): date for date in sorted(dates, reverse=True)}.values()
    if rule["valid_days"]:
        oldest = now - timedelta(days=rule["valid_days"])
        dates = [date for date in dates if date > oldest]
    number = min(len(dates), rule["max_count"] or len(dates))
    points = rule["value"] * number
    return number and [number, min(points, rule["max_points"] or points)]


def find_returns(visits, absence):
    """Return the dates of the visits that are so long after the one before."""
    dates = [date for date, _url in visits]
    pairs = zip(dates, dates[1:], strict=False)
    return [date for before, date in pairs if date - before >= absence]
