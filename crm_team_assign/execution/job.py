"""The scheduled action that carries out large plans, and those that were interrupted:
one that fails is tried again, and no other suffers from it."""

import logging
from datetime import timedelta

from odoo import fields

from . import lock

_logger = logging.getLogger(__name__)

JOB = "crm_team_assign.ir_cron_carry_out_plans"
# So often a plan that fails is tried, so much later.
TRIES = 3
RETRY_AFTER = timedelta(minutes=10)


def carry_out_plans(plans):
    """Carry out plans, one after the other, unless leads are being assigned."""
    jobs = plans.env["ir.cron"]
    with lock.hold(plans.env) as is_free:
        if not is_free:
            jobs._commit_batch(0, 1)
            return
        for plan in plans.search([("state", "=", "confirmed")], order="id"):
            _carry_out_apart(plan)
        jobs._commit_batch(0, 0)


def _carry_out_apart(plan):
    try:
        # Whoever confirmed it is who assigns.
        plan.with_user(plan.confirm_uid or plan.write_uid)._carry_out()
    # Whatever listens to leads runs here, and may raise anything.
    except Exception as error:  # pylint: disable=broad-exception-caught
        _logger.warning("Plan %s could not be carried out", plan.id, exc_info=True)
        plan.env.cr.rollback()
        _note_failure(plan, str(error).strip() or type(error).__name__)
    else:
        _tell(plan, plan.with_context(lang=plan.confirm_uid.lang)._get_result())
    plan.env["ir.cron"]._commit_batch(0, 1)


def _note_failure(plan, error):
    """Note that carrying out failed; try it again in some minutes, a few times."""
    tries = plan.try_count + 1
    is_over = tries >= TRIES
    state = "failed" if is_over else "confirmed"
    plan.write({"error": error, "try_count": tries, "state": state})
    if is_over:
        message = plan.env._("A plan could not be carried out: %s", error)
        _tell(plan, {"type": "danger", "sticky": True, "message": message})
    else:
        plan.env.ref(JOB)._trigger(fields.Datetime.now() + RETRY_AFTER)


def _tell(plan, result):
    """Show a notification to whoever confirmed a plan."""
    (plan.confirm_uid or plan.write_uid)._bus_send("simple_notification", result)
