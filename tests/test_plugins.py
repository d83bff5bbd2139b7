"""What the plugins of pytest promise, by which the tests of the addons are faster."""

import time

import freezegun
import own_clock
import pytest
from _pytest import timing
from kept_caches import ALWAYS_EMPTIED, Caches


class Emptied(Caches):
    """Notes the caches that are emptied in its stead: of no registry, by name."""

    def __init__(self):
        super().__init__()
        self.names = set()
        self.empty = lambda _registry, *names: self.names.update(names)
        self.empty_all = lambda _registry: self.names.add("all")

    def change(self, name):
        """A test changes what is in a cache, which is emptied then."""
        self.clear_cache(None, name)
        self.names.clear()

    def end_test(self):
        self(self._tidy_up)()
        return self.names

    def end_class(self):
        with self:
            self._tidy_up()
        return self.names

    def _tidy_up(self):
        self.names.clear()
        self.clear_all_caches(None)


@pytest.fixture
def caches():
    return Emptied()


def test_a_change_empties_its_cache_at_once(caches):
    caches.clear_cache(None, "assets")
    assert caches.names == {"assets"}


def test_what_a_test_changed_is_emptied_at_its_end_and_no_other(caches):
    caches.change("assets")
    assert caches.end_test() == {"assets", ALWAYS_EMPTIED}
    assert caches.end_test() == {ALWAYS_EMPTIED}


def test_what_the_tests_of_a_class_changed_is_emptied_at_its_end(caches):
    caches.change("assets")
    caches.end_test()
    caches.change("templates")
    assert caches.end_class() == {"assets", "templates", ALWAYS_EMPTIED}
    assert caches.end_class() == {ALWAYS_EMPTIED}


def test_who_empties_all_caches_in_a_test_gets_them_empty(caches):
    caches.clear_all_caches(None)
    assert caches.names == {"all"}
    assert {"assets", "templates"} < caches.end_test()


def test_the_clock_of_pytest_goes_on_where_time_is_frozen():
    own_clock.pytest_configure()
    with freezegun.freeze_time("2020-02-02"):
        frozen, own = time.time(), timing.time()
    assert own > frozen
