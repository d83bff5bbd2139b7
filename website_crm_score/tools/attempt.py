"""Code that anybody may have written: automation rules, templates, computed fields; and
what other transactions can cause."""

from contextlib import contextmanager
from types import SimpleNamespace

from psycopg2 import errors

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

# After these a transaction is lost: only a new one can go on.
CONFLICTS = PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
# What a transaction of somebody else can cause, and a new transaction gets over.
CONCURRENCY_ERRORS = (
    *CONFLICTS,
    errors.ForeignKeyViolation,
    errors.UniqueViolation,
)


@contextmanager
def attempt(cr, flush=True, lost=CONCURRENCY_ERRORS, keeps=True):
    """Take back what raises an error, and go on; but for errors that another
    transaction caused, after which this one has to start again.

    :param bool flush: whether what is pending is written before, and at the end
    :param tuple lost: these errors
    :param bool keeps: whether what raises none is kept, or taken back, too
    :return: a context manager of what has the ``error``, None if there was none
    """
    outcome = SimpleNamespace(error=None)
    try:
        with cr.savepoint(flush=flush) as savepoint:
            yield outcome
            if not keeps:
                savepoint.rollback()
    except lost:
        raise
    # Such code may raise anything.
    except Exception as error:  # pylint: disable=broad-exception-caught
        outcome.error = error
