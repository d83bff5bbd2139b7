"""What a hit writes: the request goes on, whatever becomes of it."""

from contextlib import contextmanager
from functools import partial

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED, STATUS_READY

from odoo.tools import SQL

# It is undone alone, if it fails. Put in front of a statement, as part of it, this
# costs no round trip to the server; nor is it released, which the end of the
# transaction does.
SAVEPOINT = SQL("SAVEPOINT website_crm_score_hit;")
ROLLBACK = SQL("ROLLBACK TO SAVEPOINT website_crm_score_hit")
# Nobody who looks at a page waits longer than this for somebody else's transaction.
LOCK_TIMEOUT = "1s"


@contextmanager
def own_transaction(env):
    """Have a transaction that sees what others commit meanwhile; yield its environment.

    It ends with the context, whatever becomes of the request. Statements that fail in
    it are not logged as such: who asked for it tells of the failure, once.
    """
    with env.registry.cursor() as cr:
        cr.execute = partial(cr.execute, log_exceptions=False)
        if cr.connection.status == STATUS_READY:  # there is but one in a test
            cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
        cr.execute(SQL("SELECT set_config('lock_timeout', %s, true)", LOCK_TIMEOUT))
        yield env(cr=cr, context={**env.context, "in_own_transaction": True})
