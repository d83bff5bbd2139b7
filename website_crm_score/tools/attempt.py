"""Code that anybody may have written: automation rules, templates, computed fields."""

from contextlib import contextmanager
from types import SimpleNamespace

from .concurrency import CONCURRENCY_ERRORS


@contextmanager
def attempt(cr, flush=True, lost=CONCURRENCY_ERRORS):
    """Take back what raises an error, and go on; but for errors that another
    transaction caused, after which this one has to start again.

    :param bool flush: whether what is pending is written before, and at the end
    :param tuple lost: these errors
    :return: a context manager of what has the ``error``, None if there was none
    """
    outcome = SimpleNamespace(error=None)
    try:
        with cr.savepoint(flush=flush):
            yield outcome
    except lost:
        raise
    # Such code may raise anything.
    except Exception as error:  # pylint: disable=broad-exception-caught
        outcome.error = error
