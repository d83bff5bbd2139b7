"""Hits of a tracked page on a real prefork server: none is lost, no page fails."""

import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from random import Random
from string import ascii_letters

import pytest

from .conftest import execute
from .database import Database
from .process import Website
from .waiting import TIMEOUT, wait_until

WORKERS = 8
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
PAGE, UNTRACKED = "/contactus", "/"
PASSWORD = "salesperson"
MAX_URL_LENGTH = 2000
# How Odoo tells of a request that it starts again, and ours of a hit it cannot record.
RETRY = re.compile("tries left, try again|maximum number of tries reached")
ERROR = re.compile(" (ERROR|CRITICAL) ")
TOLD = re.compile(r"^\S+ \S+ (\d+) ERROR .* A hit was not recorded", re.MULTILINE)
# Of a request, where replicas are used: the kind of cursor comes last.
READ_ONLY = re.compile(f'"GET {PAGE} .* ro$', re.MULTILINE)

TRACK_PAGE = """
UPDATE ir_ui_view SET track = (key = 'website.contactus')
 WHERE key IN ('website.contactus', 'website.homepage')
"""
# Here, a visitor may ask for as many pages as it likes.
ALLOW_FLOODS = """
INSERT INTO ir_config_parameter (key, value)
VALUES ('website_crm_score.hits_per_minute', '0')
"""
# Who adds a visitor takes so long that all others come meanwhile.
SLOW_VISITORS = """
CREATE FUNCTION dawdle_first() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$;
CREATE TRIGGER dawdle BEFORE INSERT ON website_visitor
   FOR EACH ROW EXECUTE FUNCTION dawdle_first()
"""
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE 'refused on purpose'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON website_track
   FOR EACH ROW EXECUTE FUNCTION refuse()
"""
# Odoo takes a password that is not hashed, and hashes it.
LOGIN = """
UPDATE res_users SET password = %(password)s WHERE login = %(password)s
RETURNING partner_id
"""


class Browser:
    """Somebody with a session, as the cookie has it."""

    def __init__(self, port):
        self.port = port
        self.cookie = ""
        _status, head, _body = self.ask(UNTRACKED)
        self.cookie = re.search("session_id=[^;]+", head)[0]

    def hit(self, target=PAGE, **headers):
        """Ask for a page; return the status."""
        return self.ask(target, **headers)[0]

    def ask(self, target, data=b"", **headers):
        """Ask for a page, or send the data of a form; return status, head and body.

        What is asked for goes to the server as it is, whether it is allowed or not.
        """
        target = target if isinstance(target, bytes) else target.encode()
        headers = {"Host": f"127.0.0.1:{self.port}", "User-Agent": BROWSER, **headers}
        headers |= {"Cookie": self.cookie} if self.cookie else {}
        if data:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Content-Length"] = len(data)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        method = b"POST " if data else b"GET "
        request = method + target + b" HTTP/1.0\r\n" + lines.encode() + b"\r\n" + data
        with closing(socket.create_connection(("127.0.0.1", self.port))) as connection:
            connection.settimeout(TIMEOUT)
            connection.sendall(request)
            with connection.makefile("rb") as file:
                answer = file.read().decode(errors="replace")
        head, _blank, body = answer.partition("\r\n\r\n")
        return int(head.split(" ", 2)[1]), head, body

    def log_in(self):
        """Log in as the salesperson; return the status."""
        body = self.ask("/web/login")[2]
        token = re.search('name="csrf_token" value="([^"]+)"', body)[1]
        form = f"csrf_token={token}&login={PASSWORD}&password={PASSWORD}"
        status, head, _body = self.ask("/web/login", form.encode())
        self.cookie = re.search("session_id=[^;]+", head)[0]
        return status


class Site:
    """A website, and what is recorded of its visitors."""

    def __init__(self, database, server):
        self.database = database
        self.server = server
        self.mark()

    def mark(self):
        """Have only what comes from now on be told."""
        self._log_start = len(self.server.read_log())
        self._last = {
            table: self.database.value(f"SELECT coalesce(max(id), 0) FROM {table}")
            for table in ("website_track", "website_visitor")
        }

    @property
    def log(self):
        return self.server.read_log()[self._log_start :]

    def count(self, table):
        """How many visitors or tracks were added."""
        query = f"SELECT count(*) FROM {table} WHERE id > %(last)s"
        return self.database.value(query, last=self._last[table])

    def browser(self):
        return Browser(self.server.port)

    def check_quiet(self):
        """No request failed, and none was started again."""
        lines = self.log.splitlines()
        bad = [line for line in lines if ERROR.search(line) or RETRY.search(line)]
        assert bad == []


def hit_at_once(browser, count, target=PAGE):
    """Have a browser ask for a page in so many tabs; return the statuses."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(browser.hit, [target] * count))


@contextmanager
def hits(browser):
    """Have a browser ask for a page all the time; what is yielded gets the statuses."""
    statuses, is_over = [], threading.Event()

    def hit():
        while not is_over.is_set():
            statuses.append(browser.hit())

    with ThreadPoolExecutor(WORKERS) as pool:
        tabs = [pool.submit(hit) for _tab in range(WORKERS)]
        try:
            wait_until(lambda: len(statuses) > WORKERS, "hits arrive")
            yield statuses
        finally:
            is_over.set()
    for tab in tabs:
        tab.result()  # fails if the tab did


@pytest.fixture(scope="module")
def website(template):
    """A database of this module's own, one of whose pages is tracked."""
    name = f"{template}_website"
    execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    database = Database(name)
    try:
        database.rows(TRACK_PAGE)
        database.rows(ALLOW_FLOODS)
        database.rows(LOGIN, password=PASSWORD)
        yield database
    finally:
        database.close()
        execute(f"DROP DATABASE {name} WITH (FORCE)")


def serve(database, log, workers, *options):
    """A server that answers, each worker having all it needs."""
    server = Website(database, log, f"--workers={workers}", *options)
    try:
        server.wait_up()
        hit_at_once(Browser(server.port), 2 * workers)
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def web_server(website, tmp_path_factory):
    yield from serve(website, tmp_path_factory.mktemp("website") / "log", WORKERS)


@pytest.fixture
def site(website, web_server):
    return Site(website, web_server)


@pytest.fixture
def slow_visitors(website):
    website.rows(SLOW_VISITORS)
    yield
    website.rows("DROP FUNCTION dawdle_first CASCADE")


@contextmanager
def refusal(database):
    """Have the database refuse all tracks."""
    database.rows(REFUSE)
    try:
        yield
    finally:
        database.rows("DROP FUNCTION refuse CASCADE")


def test_simultaneous_first_hits_make_one_visitor(site, slow_visitors):
    assert hit_at_once(site.browser(), WORKERS) == [200] * WORKERS
    assert site.count("website_visitor") == 1
    assert site.count("website_track") == WORKERS
    site.check_quiet()


def test_eight_connections_of_a_visitor_lose_nothing(site):
    count = 20 * WORKERS
    with ThreadPoolExecutor(WORKERS) as pool:
        statuses = list(pool.map(site.browser().hit, [PAGE] * count))
    assert statuses == [200] * count
    assert site.count("website_visitor") == 1
    assert site.count("website_track") == count
    site.check_quiet()


def test_hits_of_a_visitor_who_was_away_lose_nothing(site):
    """All of them find that the visitor has to be written."""
    browser = site.browser()
    browser.hit()
    for _turn in range(5):
        site.database.rows(
            "UPDATE website_visitor"
            " SET last_connection_datetime = now() - interval '1 day'"
        )
        assert hit_at_once(browser, WORKERS) == [200] * WORKERS
    assert site.count("website_track") == 1 + 5 * WORKERS
    site.check_quiet()


def test_a_visitor_that_is_deleted_meanwhile_breaks_no_page(site):
    with hits(site.browser()) as statuses:
        for _turn in range(20):
            site.database.rows(
                "DELETE FROM website_visitor WHERE id > %(last)s",
                last=site._last["website_visitor"],
            )
            time.sleep(0.02)
    assert set(statuses) == {200}
    site.check_quiet()


def test_a_visitor_that_logs_in_meanwhile_keeps_all_tracks(site):
    """Core merges the visitor with that of the user."""
    user = site.browser()
    assert user.log_in() == 303
    assert user.hit() == 200
    anonymous, other = site.browser(), site.browser()
    other.cookie = anonymous.cookie
    count = 4 * WORKERS
    with ThreadPoolExecutor(WORKERS) as pool:
        # Core has the login start again if a hit is in its way, up to five times.
        statuses = pool.map(anonymous.hit, [PAGE] * count)
        assert pool.submit(other.log_in).result() == 303
    assert list(statuses) == [200] * count
    assert other.hit() == 200
    assert site.count("website_track") == count + 2
    assert not TOLD.search(site.log)


def test_a_page_is_served_when_its_hit_is_refused(site):
    browser, count = site.browser(), 4 * WORKERS
    with refusal(site.database):
        assert hit_at_once(browser, count) == [200] * count
    workers = TOLD.findall(site.log)
    assert 1 <= len(workers) <= WORKERS
    assert len(set(workers)) == len(workers)
    errors = "SELECT count(*) FROM website_crm_uncounted_hit WHERE reason = 'error'"
    assert site.database.value(errors) == count


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
def test_nothing_else_is_told_of_hits_of_a_visitor(site, is_known):
    """Odoo tells of each query that fails, unless asked not to."""
    browser = site.browser()
    if is_known:
        browser.hit()
    with refusal(site.database):
        hit_at_once(browser, 4 * WORKERS)
    assert len(ERROR.findall(site.log)) == len(TOLD.findall(site.log))


def test_hits_are_recorded_when_pages_come_from_a_replica(website, tmp_path):
    """Here it is the same server, and Odoo lets nobody write there."""
    options = ["--dev=replica", *replica_options(website)]
    for server in serve(website, tmp_path / "log", 2, *options):
        site = Site(website, server)
        browser = site.browser()
        assert [browser.hit() for _hit in range(3)] == [200] * 3
        assert hit_at_once(browser, WORKERS) == [200] * WORKERS
        assert site.count("website_visitor") == 1
        assert site.count("website_track") == 3 + WORKERS
        assert READ_ONLY.search(site.log), site.log
        site.check_quiet()


def replica_options(database):
    parameters = database.connection.get_dsn_parameters()
    names = {"host": "--db_replica_host", "port": "--db_replica_port"}
    return [
        f"{option}={parameters[name]}"
        for name, option in names.items()
        if name in parameters
    ]


LETTERS = "".join(Random(1).choices(ascii_letters, k=9000))


@pytest.mark.parametrize(
    "target",
    [
        f"{PAGE}?q={LETTERS}",
        f"{PAGE}?q=a%00b",
        f"{PAGE}?q=%ff%fe%c3",
        PAGE.encode() + b"?q=\xff\xfe\xc3",
    ],
    ids=["9 kB", "NUL", "not UTF-8", "not UTF-8 and not quoted"],
)
def test_any_url_is_recorded(site, target):
    assert site.browser().hit(target) == 200
    check_last_url(site)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80:80", "\xff", ""])
def test_any_host_is_recorded(site, host):
    assert site.browser().hit(Host=host) == 200
    check_last_url(site)


def check_last_url(site):
    assert site.count("website_track") == 1
    url = site.database.value("SELECT url FROM website_track ORDER BY id DESC LIMIT 1")
    assert 0 < len(url) <= MAX_URL_LENGTH
    site.check_quiet()
