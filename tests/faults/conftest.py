"""A cluster, an installed database, and for each test a copy of it."""

import multiprocessing
import os
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from installed import make_database, shared_database
from layout import MAIN_ADDONS

from . import cluster, install
from .database import Database
from .install import TEMPLATE
from .process import Odoo, Server

TESTS = Path(__file__).resolve().parent.parent
INSTALL_TIMEOUT = 600


@pytest.fixture(scope="package")
def own_cluster():
    """A cluster of these tests' own, or None where none can be made."""
    if not cluster.is_possible():
        yield None
        return
    own = cluster.Cluster()
    try:
        own.start()
        yield own
    finally:
        own.remove()


@pytest.fixture(scope="package")
def is_copied(own_cluster):
    """Whether the template is there already: a copy of a database that is shared."""
    with shared_database(*MAIN_ADDONS) as shared:
        if shared and own_cluster:
            return own_cluster.copy(shared, TEMPLATE)
    if shared:
        make_database(TEMPLATE, *MAIN_ADDONS)
    return bool(shared)


@pytest.fixture(scope="package")
def server(own_cluster, is_copied, tmp_path_factory):
    """Where databases are made: in the own cluster, else in the environment's."""
    # The process that the others are forked from has to find this package.
    path = os.pathsep.join([str(TESTS), os.environ["PYTHONPATH"]])
    variables = {"PYTHONPATH": path, "ODOO_DATA_DIR": tmp_path_factory.mktemp("data")}
    variables |= own_cluster.variables() if own_cluster else {}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, str(value))
        if own_cluster:
            # What was committed must survive a restart.
            execute("ALTER SYSTEM SET synchronous_commit = on")
            execute("SELECT pg_reload_conf()")
        yield


def execute(statement):
    """Execute a statement about the server or a whole database."""
    with closing(psycopg2.connect(dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="package")
def template(server, is_copied):
    """The name of a database with the addons."""
    try:
        context = multiprocessing.get_context("spawn")
        arguments = (TEMPLATE, is_copied)
        process = context.Process(target=install.main, args=arguments, daemon=True)
        process.start()
        process.join(INSTALL_TIMEOUT)
        process.kill()
        assert process.exitcode == 0, "the addon could not be installed: see the log"
        with closing(Database(TEMPLATE)) as database:
            database.prepare()
        yield TEMPLATE
    finally:
        execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")


@pytest.fixture
def database(template):
    """A database of the test's own. In none of them may a deadlock occur."""
    name = f"{template}_test"
    execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    database = Database(name)
    try:
        yield database
        database.wait_gone()
        assert database.count_deadlocks() == 0
    finally:
        database.close()
        execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def start_odoo(database):
    """Start processes, by the names that PostgreSQL is to know them as."""
    started = []

    def start(*names):
        started.extend(Odoo(database, name) for name in names)
        return started[-len(names) :] if len(names) > 1 else started[-1]

    yield start
    for odoo in started:
        odoo.close()


@pytest.fixture
def start_server(database, tmp_path):
    """Start a prefork server, with options of Odoo's command line."""
    started = []

    def start(*options, **settings):
        log = tmp_path / "odoo.log"
        started.append(Server(database, log, *options, **settings))
        return started[-1]

    yield start
    for server in started:
        server.close()
