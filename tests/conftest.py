"""Tests of the commands find them as the commands find each other."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
# What waits for a database that is shared comes last, in this order.
WAITING = ["faults", "test_queue_job.py", "test_reports.py", "test_uninstall.py"]

sys.path.append(str(TESTS.parent / "setup" / "environment"))


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items):
    """Keep together what shares a database: a file, or a folder with its cluster."""
    items.sort(key=_get_place)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _get_place(item):
    group = _group(item)
    return WAITING.index(group) if group in WAITING else -1


def _group(item):
    return item.path.relative_to(TESTS).parts[0]
