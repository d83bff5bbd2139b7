"""The databases of a run: made as copies of each other, dropped at its end."""

import os
import shutil
import signal
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg2
from psycopg2 import sql

STRATEGY_SINCE = 150000  # of PostgreSQL, see Databases.copy


class Databases:
    """The databases that this process made, by short names of its own."""

    def __init__(self, filestores):
        """:param filestores: the folder where Odoo keeps a folder for each database"""
        self._filestores = Path(filestores)
        self._names = {}
        self._numbers = count(1)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        # A second one would leave the rest behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for name in list(self._names):
            self.drop(name)

    def __getitem__(self, name):
        """Return the database's name on the server."""
        return self._names[name]

    def reserve(self, name):
        """Return a name on the server for a database that somebody else makes."""
        number = next(self._numbers)
        self._names[name] = f"lead_scoring_bench_{os.getpid()}_{number}_{name}"
        return self._names[name]

    def __contains__(self, name):
        return name in self._names

    def copy(self, source, name):
        """Make ``name`` of the same bytes as ``source``, which nobody may be using.

        The server writes all that it still owes before, so that who works on the copy
        does not pay for what others did.
        """
        if name in self:
            self.drop(name)
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(self.reserve(name)), sql.Identifier(self[source])
        )
        with closing(connect("postgres")) as connection:
            if connection.server_version >= STRATEGY_SINCE:
                # The other strategy writes each page to the log, too.
                command += sql.SQL(" STRATEGY FILE_COPY")
            connection.cursor().execute(command)

    def rename(self, name, new):
        """Call ``name`` by another name from now on."""
        self._names[new] = self._names.pop(name)

    def drop(self, name):
        """Drop a database and Odoo's files of it, whoever still uses it."""
        database = self._names.pop(name)
        command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        with closing(connect("postgres")) as connection:
            connection.cursor().execute(command.format(sql.Identifier(database)))
        shutil.rmtree(self._filestores / database, ignore_errors=True)

    def execute(self, name, statement):
        """Execute and commit a statement; return its rows, if it has any."""
        with closing(connect(self[name])) as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def call_jobs(self, name):
        """Have cron workers look for jobs of a database that are due."""
        with closing(connect("postgres")) as connection:
            statement = "SELECT pg_notify('cron_trigger', %s)"
            connection.cursor().execute(statement, [self[name]])

    def settle(self, name):
        """Do what time and the autovacuum do to a database that nobody writes to."""
        self.execute(name, "VACUUM ANALYZE")


def connect(database):
    """Return a connection that commits each statement.

    Where it leads is in the environment: all of libpq's variables.
    """
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    return connection
