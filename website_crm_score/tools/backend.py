"""Connections of PostgreSQL, by which one tells whether somebody is still at work."""

from odoo.tools import SQL

# A number alone may be that of another process later.
NAME = SQL("pid || '/' || extract(epoch FROM backend_start)::text")


def get_own_backend(env):
    """Return the name of the connection of ``env``."""
    [(backend,)] = env.execute_query(
        SQL("SELECT %s FROM pg_stat_activity WHERE pid = pg_backend_pid()", NAME)
    )
    return backend


def find_live_backends(env, backends):
    """Return those of ``backends``, names or False, that are in a transaction.

    :rtype: set[str]
    """
    query = SQL(
        """
        SELECT %s FROM pg_stat_activity
         WHERE %s = ANY(%s) AND state != 'idle'
        """,
        NAME,
        NAME,
        [backend for backend in backends if backend],
    )
    return {backend for (backend,) in env.execute_query(query)}
