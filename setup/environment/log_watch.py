"""A plugin of pytest: what is logged as a warning or worse, during a test or between.

It is appended to the file that TEST_COMPLAINTS names, a line each, with the test that
ran. What a test expects to be logged it catches, so that it does not come here.
"""

import logging
import os

import pytest

# Odoo's own way to tell that a test failed, which pytest tells as well.
IGNORED = ("odoo.tests.result",)


class Watch(logging.Handler):
    """Writes complaints of the loggers to a file."""

    def __init__(self, path):
        super().__init__(logging.WARNING)
        self.path = path
        self.test = "between tests"

    def emit(self, record):
        """Append a line; each is written whole, whichever worker writes it."""
        if record.name.startswith(IGNORED):
            return
        message = record.getMessage().replace("\n", " | ")
        line = f"{record.levelname} {record.name}: {message} ({self.test})\n"
        with open(self.path, "a") as file:
            file.write(line)


def pytest_configure(config):
    path = os.environ.get("TEST_COMPLAINTS")
    if path:
        watch = Watch(path)
        logging.getLogger().addHandler(watch)
        config.pluginmanager.register(Mark(watch))


class Mark:
    """Tells the watch which test is running."""

    def __init__(self, watch):
        self.watch = watch

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.watch.test = item.nodeid
        try:
            return (yield)
        finally:
            self.watch.test = "between tests"
