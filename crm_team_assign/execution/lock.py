"""Leads are assigned by one at a time: nobody's capacity is passed because two count
the same room."""

from contextlib import contextmanager

from odoo.exceptions import UserError
from odoo.tools import SQL


@contextmanager
def hold(env):
    """Keep others from assigning leads meanwhile.

    A scheduled action commits meanwhile: what it holds is a lock of the session,
    whichever action it is. PostgreSQL frees it if the process is killed.

    :return: a context manager of whether leads may be assigned
    :raise UserError: outside of scheduled actions, if they may not
    """
    jobs = env["ir.cron"]
    if not jobs._is_job():
        take(env)
        yield True
        return
    is_free = _call(env, "pg_try_advisory_lock")
    # Whoever had the lock has committed: look at the database anew.
    jobs._commit_batch(0, 1)
    if not is_free:
        yield False
        return
    try:
        yield True
    except Exception:
        env.cr.rollback()
        raise
    finally:
        _call(env, "pg_advisory_unlock")


def take(env):
    """Keep others from assigning leads until the end of the transaction.

    To lock the daily assignment keeps the scheduler from starting it meanwhile.

    :raise UserError: if leads are being assigned at the moment
    """
    # sudo: the row stands for the right to assign, which was checked
    cron = env.ref("crm.ir_cron_crm_lead_assign").sudo()
    is_free = cron.try_lock_for_update(allow_referencing=True)
    if not (is_free and _call(env, "pg_try_advisory_xact_lock")):
        raise UserError(
            env._(
                "Leads are being assigned at the moment. Please try again in a few"
                " minutes."
            )
        )


def _call(env, function):
    """Return what a function of PostgreSQL says about the lock."""
    name = SQL.identifier(function)
    [(result,)] = env.execute_query(SQL("SELECT %s(hashtext('crm_team_assign'))", name))
    return result
