"""Tests of the commands find them as the commands find each other."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent

sys.path.append(str(TESTS.parent / "setup" / "environment"))


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items):
    """Keep together what shares a database: a file, or a folder with its cluster.

    What takes a copy of the database of all tests comes last: it may have to wait.
    """
    items.sort(key=lambda item: "make_database" in vars(item.module))
    for item in items:
        group = item.path.relative_to(TESTS).parts[0]
        item.add_marker(pytest.mark.xdist_group(group))
