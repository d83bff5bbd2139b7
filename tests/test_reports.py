"""The reports on leads of a real school say what a plain count of its file says."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from math import sqrt
from pathlib import Path
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

REPO = Path(__file__).resolve().parent.parent
LEADS = REPO.parent / "shared" / "data" / "education_leads.csv"
FOLDERS = [str(REPO / "tests"), str(REPO / "tests" / "bench")]
sys.path += FOLDERS

from installed import make_database  # noqa: E402
from suggest.workload import list_tracks, name_page, read  # noqa: E402

DATABASE = f"lead_scoring_reports_{os.getpid()}"
FIT, ENGAGEMENT = "fit", "engagement"
RULES = {
    # name: points, domain, what it belongs to, and what it is in the file
    "By API": (-5, [("medium_id", "=", "API")], FIT, ("Lead Origin", "API")),
    "Working": (
        30,
        [("function", "=", "Working Professional")],
        FIT,
        ("What is your current occupation", "Working Professional"),
    ),
    "Reference": (
        25,
        [("source_id", "=", "Reference")],
        FIT,
        ("Lead Source", "Reference"),
    ),
    "India": (12, [("country_id", "=", "India")], FIT, ("Country", "India")),
    "Book": (
        25,
        [("tag_ids", "=", "A free copy of Mastering The Interview")],
        ENGAGEMENT,
        ("A free copy of Mastering The Interview", "Yes"),
    ),
    "Searched": (
        35,
        [("tag_ids", "=", "How did you hear about X Education: Online Search")],
        ENGAGEMENT,
        ("How did you hear about X Education", "Online Search"),
    ),
    "No mails": (
        -8,
        [("tag_ids", "=", "Do Not Email")],
        ENGAGEMENT,
        ("Do Not Email", "Yes"),
    ),
}
SETTINGS = {
    "fit_max": 60,
    "engagement_max": 55,
    "grade_a": 40,
    "grade_b": 12,
    "grade_1": 35,
    "grade_2": 20,
}
ZONE = ZoneInfo("Europe/Brussels")
# How many leads were closed in each of the months before this one, the last one first:
# too few in some to say how good the rules are.
MONTHS = (2, 40, 30, 1, 1, 20, 3, 50, 40, 1, 20, 20, 2, 30, 20, 10, 40, 1)
LEAST_OUTCOMES = 50
DEVIATIONS = 1.959964
MARK = "RESULT "
SCRIPT = f"""
import json, sys
sys.path[:0] = {FOLDERS!r}
from reported import report
print("{MARK}" + json.dumps(report(env, {str(LEADS)!r}, *%r)))
"""


class Lead(NamedTuple):
    """A lead of the file, and what the file lacks, made up of its number."""

    rules: set
    fit: int
    engagement: int
    is_won: bool
    pages: list
    created: datetime
    closed: datetime
    revenue: float

    @property
    def score(self):
        return self.fit + self.engagement

    @property
    def fit_grade(self):
        a, b = SETTINGS["grade_a"], SETTINGS["grade_b"]
        return "A" if self.fit >= a else "B" if self.fit >= b else "C"

    @property
    def engagement_grade(self):
        one, two = SETTINGS["grade_1"], SETTINGS["grade_2"]
        done = self.engagement
        return "1" if done >= one else "2" if done >= two else "3"

    @property
    def month(self):
        """The one in which it was closed where the user is."""
        return self.closed.astimezone(ZONE).strftime("%Y-%m-01")


@pytest.fixture(scope="module")
def reports(leads):
    rules = [(name, *rule[:2], True, rule[2]) for name, rule in RULES.items()]
    ends = [(*map(name_date, lead[5:7]), lead.revenue) for lead in leads]
    script = SCRIPT % ((rules, SETTINGS, ends),)
    try:
        make_database(DATABASE, "website_crm_score")
        said = run_odoo("shell", "-d", DATABASE, script=script)
        yield json.loads(said.split(MARK)[1])
    finally:
        drop = [str(REPO / "setup" / "odoo"), "db", "drop", DATABASE]
        subprocess.run(drop, capture_output=True)


def run_odoo(*arguments, script):
    """Run Odoo to its end; return what it printed, and show what it complained of."""
    options = ["--no-http", "--log-level=warn"]
    result = subprocess.run(
        [str(REPO / "setup" / "odoo"), *arguments, *options],
        input=script,
        capture_output=True,
        text=True,
    )
    assert MARK in result.stdout, result.stderr
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def leads():
    if not LEADS.exists():
        pytest.skip(f"{LEADS} is not there")
    today = datetime.now(UTC)
    return [make_lead(row, today) for row in read(LEADS)]


def make_lead(row, today):
    rules = {name for name, (*_x, (key, is_)) in RULES.items() if row[key] == is_}
    draw = Random(int(row["Lead Number"]))
    [ago] = draw.choices(range(1, len(MONTHS) + 1), MONTHS)
    month = today.year * 12 + today.month - 1 - ago
    first = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
    # Some are of another month in Brussels than at Greenwich.
    closed = first + timedelta(seconds=draw.randrange(-3 * 3600, 28 * 86400))
    return Lead(
        rules,
        add_points(rules, FIT),
        add_points(rules, ENGAGEMENT),
        row["Converted"] == "1",
        [page for _days, _second, page in list_tracks(row)],
        closed - timedelta(seconds=draw.randrange(60 * 86400)),
        closed,
        draw.randrange(500_000) / 100,
    )


def add_points(rules, part):
    points = [RULES[name][0] for name in rules if RULES[name][2] == part]
    return min(sum(points), SETTINGS[f"{part}_max"])


def name_date(date):
    return date.strftime("%Y-%m-%d %H:%M:%S")


def test_figures_by_band(reports, leads):
    assert_figures(reports["bands"], leads, lambda lead: lead.score // 10 * 10)


def test_figures_by_grade(reports, leads):
    assert len(reports["grades"]) == 9
    assert_figures(
        reports["grades"], leads, lambda lead: lead.fit_grade + lead.engagement_grade
    )


def test_figures_by_fit_and_by_engagement(reports, leads):
    assert_figures(reports["fits"], leads, lambda lead: lead.fit_grade)
    assert_figures(reports["engagements"], leads, lambda lead: lead.engagement_grade)


def test_figures_of_all_leads(reports, leads):
    assert_figures(reports["all"], leads, lambda lead: "all")


def assert_figures(reported, leads, get_key):
    """Each group has these leads, so many won and lost, the revenue of the won ones,
    and whole days to close on average."""
    groups = defaultdict(list)
    for lead in leads:
        groups[str(get_key(lead))].append(lead)
    assert reported.keys() == groups.keys()
    for key, group in groups.items():
        won = [lead for lead in group if lead.is_won]
        assert reported[key][:3] == [len(group), len(won), len(group) - len(won)]
        win_rate, revenue, days = reported[key][3:]
        assert win_rate == pytest.approx(100 * len(won) / len(group))
        assert revenue == pytest.approx(sum(lead.revenue for lead in won))
        taken = sum((lead.closed - lead.created).days for lead in group)
        assert days == pytest.approx(taken / len(group))


def test_win_rates_and_lifts_of_rules(reports, leads):
    rows = {row["rule_id"][1]: row for row in reports["rules"]}
    assert rows.keys() == RULES.keys()
    for name, row in rows.items():
        held = [lead.is_won for lead in leads if name in lead.rules]
        others = [lead.is_won for lead in leads if name not in lead.rules]
        assert row["matched_count"] == len(held)
        assert row["other_count"] == len(others)
        assert row["other_win_rate"] == pytest.approx(sum(others) / len(others))
        assert_lift(row, held, held + others)


def test_visits_win_rates_and_lifts_of_pages(reports, leads):
    pages = {row["url"].split("example.com")[1]: row for row in reports["pages"]}
    assert pages.keys() == {page for lead in leads for page in lead.pages}
    seen_any = [lead.is_won for lead in leads if lead.pages]
    for place in (0, 1, 2, 3, 7):
        page = name_page(place)
        views = [lead.pages.count(page) for lead in leads]
        held = [lead.is_won for lead in leads if page in lead.pages]
        assert pages[page]["view_count"] == sum(views)
        assert pages[page]["lead_count"] == len(held)
        assert_lift(pages[page], held, seen_any)


def assert_lift(row, held, all_):
    """The row is of these leads, which are won or lost, compared with all of these."""
    overall = sum(all_) / len(all_)
    low, high = wilson(sum(held), len(held))
    assert (row["won_count"], row["lost_count"]) == count(held)
    assert row["win_rate"] == pytest.approx(sum(held) / len(held))
    assert row["lift"] == pytest.approx(sum(held) / len(held) / overall)
    assert row["lift_low"] == pytest.approx(low / overall)
    assert row["lift_high"] == pytest.approx(high / overall)


def test_how_good_the_rules_are(reports, leads):
    assert_quality(reports["quality"]["total"], leads)


def test_how_good_the_rules_were_month_by_month(reports, leads):
    months = defaultdict(list)
    for lead in leads:
        months[lead.month].append(lead)
    periods = list_periods(months)
    assert len(periods) < len(months)
    reported = reports["quality"]["periods"]
    named = [(period["first"], period["last"]) for period in reported]
    assert named == [(period[0], period[-1]) for period in periods]
    for row, period in zip(reported, periods, strict=True):
        assert_quality(row["total"], [x for month in period for x in months[month]])


def list_periods(months):
    """Return the months in parts, each of enough won and lost leads; the last ones are
    with those before where they are too few."""
    periods, won, lost = [[]], 0, 0
    for month in sorted(months):
        periods[-1].append(month)
        won += sum(lead.is_won for lead in months[month])
        lost += sum(not lead.is_won for lead in months[month])
        if won >= LEAST_OUTCOMES and lost >= LEAST_OUTCOMES:
            periods, won, lost = [*periods, []], 0, 0
    *periods, rest = periods
    return [*periods[:-1], periods[-1] + rest]


def assert_quality(said, leads):
    won = [lead.score for lead in leads if lead.is_won]
    lost = [lead.score for lead in leads if not lead.is_won]
    assert (said["won"], said["lost"]) == (len(won), len(lost))
    pairs = sum((a > b) + (a == b) / 2 for a in won for b in lost)
    assert said["auc"] == pytest.approx(pairs / len(won) / len(lost))
    fifths = count_fifths(leads)
    assert said["fifths"] == pytest.approx(fifths)
    assert said["best_share"] == pytest.approx(fifths[-1] * len(leads) / 5 / len(won))


def test_predictive_scoring_is_judged_on_most_of_the_leads(reports):
    total = reports["predictive"]["total"]
    assert total["won"] + total["lost"] > 5000
    assert 0.5 < total["auc"] < 0.8


def count(won):
    return sum(won), len(won) - sum(won)


def wilson(won, leads):
    """Return the interval as E. B. Wilson has it."""
    rate, square = won / leads, DEVIATIONS**2
    half = DEVIATIONS * sqrt(rate * (1 - rate) / leads + square / (4 * leads**2))
    middle, scale = rate + square / (2 * leads), 1 + square / leads
    return (middle - half) / scale, (middle + half) / scale


def count_fifths(leads):
    """Return the win rate of each fifth; of leads of the same score, each is won as
    often as all of them."""
    by_score = defaultdict(list)
    for lead in leads:
        by_score[lead.score].append(lead.is_won)
    # Five times each, so that fifths are of whole leads.
    ranked = [
        sum(by_score[score]) / len(by_score[score])
        for score in sorted(by_score)
        for _time in range(5 * len(by_score[score]))
    ]
    size = len(leads)
    return [sum(ranked[n * size : (n + 1) * size]) / size for n in range(5)]
