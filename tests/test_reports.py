"""The reports on leads of a real school say what a plain count of its file says."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from math import sqrt
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent
LEADS = REPO.parent / "shared" / "data" / "education_leads.csv"
FOLDERS = [str(REPO / "tests"), str(REPO / "tests" / "bench")]
sys.path += FOLDERS

from suggest.workload import list_tracks, name_page, read  # noqa: E402

DATABASE = f"lead_scoring_reports_{os.getpid()}"
RULES = {
    # name: points, domain, and what it is in the file
    "By API": (-5, [("medium_id", "=", "API")], ("Lead Origin", "API")),
    "Working": (
        30,
        [("function", "=", "Working Professional")],
        ("What is your current occupation", "Working Professional"),
    ),
    "Reference": (25, [("source_id", "=", "Reference")], ("Lead Source", "Reference")),
    "India": (12, [("country_id", "=", "India")], ("Country", "India")),
}
DEVIATIONS = 1.959964
MARK = "RESULT "
SCRIPT = f"""
import json, sys
sys.path[:0] = {FOLDERS!r}
from reported import report
print("{MARK}" + json.dumps(report(env, {str(LEADS)!r}, %r)))
"""


@pytest.fixture(scope="module")
def reports():
    if not LEADS.exists():
        pytest.skip(f"{LEADS} is not there")
    rules = [(name, *rule[:2], True) for name, rule in RULES.items()]
    try:
        run_odoo("-d", DATABASE, "-i", "website_crm_score", "--stop-after-init")
        said = run_odoo("shell", "-d", DATABASE, script=SCRIPT % rules)
        yield json.loads(said.split(MARK)[1])
    finally:
        drop = [str(REPO / "setup" / "odoo"), "db", "drop", DATABASE]
        subprocess.run(drop, capture_output=True)


def run_odoo(*arguments, script=""):
    """Run Odoo to its end; return what it printed, and show what it complained of."""
    options = ["--no-http", "--log-level=warn"]
    result = subprocess.run(
        [str(REPO / "setup" / "odoo"), *arguments, *options],
        input=script,
        capture_output=True,
        text=True,
    )
    assert MARK in result.stdout or not script, result.stderr
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def leads():
    """Each lead of the file: its score, whether it was won, its rules."""
    return [
        (
            sum(RULES[name][0] for name in held),
            row["Converted"] == "1",
            held,
            [name_of_page for _days, _second, name_of_page in list_tracks(row)],
        )
        for row in read(LEADS)
        for held in [
            {name for name, (*_x, (key, is_)) in RULES.items() if row[key] == is_}
        ]
    ]


def test_win_rates_by_band(reports, leads):
    bands = defaultdict(list)
    for score, won, *_others in leads:
        bands[score // 10 * 10].append(won)
    assert reports["bands"].keys() == {str(low) for low in bands}
    for low, won in bands.items():
        count, won_count, rate = reports["bands"][str(low)]
        assert (count, won_count) == (len(won), sum(won))
        assert rate == pytest.approx(100 * sum(won) / len(won))


def test_win_rates_and_lifts_of_rules(reports, leads):
    rows = {row["rule_id"][1]: row for row in reports["rules"]}
    assert rows.keys() == RULES.keys()
    for name, row in rows.items():
        held = [won for _score, won, rules, _pages in leads if name in rules]
        others = [won for _score, won, rules, _pages in leads if name not in rules]
        rate = sum(held) / len(held)
        overall = (sum(held) + sum(others)) / len(leads)
        low, high = wilson(sum(held), len(held))
        assert row["matched_count"] == len(held)
        assert (row["won_count"], row["lost_count"]) == count(held)
        assert row["other_count"] == len(others)
        assert row["win_rate"] == pytest.approx(rate)
        assert row["other_win_rate"] == pytest.approx(sum(others) / len(others))
        assert row["lift"] == pytest.approx(rate / overall)
        assert row["lift_low"] == pytest.approx(low / overall)
        assert row["lift_high"] == pytest.approx(high / overall)


def test_visits_and_win_rates_of_pages(reports, leads):
    pages = {row["url"].split("example.com")[1]: row for row in reports["pages"]}
    assert pages.keys() == {page for *_others, seen in leads for page in seen}
    for place in (0, 1, 2, 3, 7):
        page = name_page(place)
        seen = [(won, views.count(page)) for _score, won, _rules, views in leads]
        won = [is_won for is_won, views in seen if views]
        row = pages[page]
        assert row["view_count"] == sum(views for _won, views in seen)
        assert row["lead_count"] == len(won)
        assert (row["won_count"], row["lost_count"]) == count(won)
        assert row["win_rate"] == pytest.approx(sum(won) / len(won))


def test_how_good_the_rules_are(reports, leads):
    total = reports["quality"]["total"]
    won = [score for score, is_won, *_others in leads if is_won]
    lost = [score for score, is_won, *_others in leads if not is_won]
    assert (total["won"], total["lost"]) == (len(won), len(lost))
    pairs = sum((a > b) + (a == b) / 2 for a in won for b in lost)
    assert total["auc"] == pytest.approx(pairs / len(won) / len(lost))
    fifths = count_fifths(leads)
    assert total["fifths"] == pytest.approx(fifths)
    assert total["best_share"] == pytest.approx(fifths[-1] * len(leads) / 5 / len(won))


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
    for score, won, *_others in leads:
        by_score[score].append(won)
    # Five times each, so that fifths are of whole leads.
    ranked = [
        sum(by_score[score]) / len(by_score[score])
        for score in sorted(by_score)
        for _time in range(5 * len(by_score[score]))
    ]
    size = len(leads)
    return [sum(ranked[n * size : (n + 1) * size]) / size for n in range(5)]
