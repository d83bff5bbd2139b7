"""A plugin of pytest: Odoo's caches stay from test to test, until something changes.

Odoo empties all of them after each test, so that nearly each one that asks for a page
compiles its templates, looks for its assets and maps its routes. Here, as in a server,
a cache is emptied because of a change; and once more when that is undone, at the end of
the test or of the class that made it.
"""

from odoo.orm.registry import _CACHES_BY_KEY, Registry
from odoo.tests.common import TransactionCase
from odoo.tools import mute_logger

# The one that may hold what was made and not changed.
ALWAYS_EMPTIED = "default"


class Changes:
    """The names of the caches that were emptied because of a change."""

    def __init__(self):
        self.of_test = {ALWAYS_EMPTIED}
        self.of_class = set()

    def end_test(self):
        """Return the caches of what a test has changed: it is undone."""
        undone, self.of_test = self.of_test, {ALWAYS_EMPTIED}
        self.of_class |= undone
        return undone

    def end_class(self):
        """Return those of what a class and its tests have changed."""
        undone, self.of_class = self.of_class | self.end_test(), set()
        return undone


class Caches(mute_logger):
    """Empties caches: the registry's two methods, and what Odoo's tests mute it by.

    They mute it where they are about to empty all: as a context at the end of a class,
    as a decorator at the end of a test.
    """

    def __init__(self):
        super().__init__(Registry.__module__)
        self.changes = Changes()
        self.empty = Registry.clear_cache
        self.empty_all = Registry.clear_all_caches
        # Those of what has been undone, while it is tidied up
        self.undone = None

    def __enter__(self):
        if self.undone is None:
            self.undone = self.changes.end_class()
        return super().__enter__()

    def __exit__(self, *exception):
        self.undone = None
        return super().__exit__(*exception)

    def __call__(self, function):
        tidy_up = super().__call__(function)

        def tidy_up_after_test():
            self.undone = self.changes.end_test()
            tidy_up()

        return tidy_up_after_test

    def clear_cache(self, registry, *names):
        """Something has changed: empty the caches with these names."""
        self.changes.of_test.update(names)
        self.empty(registry, *names)

    def clear_all_caches(self, registry):
        """Empty those of what was undone, or all, where it is not Odoo's tests that
        ask for it."""
        if self.undone is None:
            self.changes.of_test.update(_CACHES_BY_KEY)
            self.empty_all(registry)
        else:
            self.empty(registry, *self.undone)


def pytest_configure():
    caches = TransactionCase.muted_registry_logger = Caches()
    Registry.clear_cache = lambda *arguments: caches.clear_cache(*arguments)
    Registry.clear_all_caches = lambda registry: caches.clear_all_caches(registry)
