"""The planner's work; a worker's, see :mod:`workers`."""

from measure import Meter


def rehearse(env):
    """A dry run of all teams, measured, as the button does it."""
    with Meter() as meter:
        env["crm.team"].action_plan_assignment()
        env.cr.commit()
    return meter.result
