"""The participants' work, the same call for both; a worker's, see :mod:`workers`."""

import random

from scoring.participants import job, measure_job

CALL = "model._cron_assign_leads(force_quota=True, creation_delta_days=0)"


def assign(env):
    """The daily job, measured, in a scheduled action, where batches are committed."""
    random.seed(0)  # core draws teams by lot
    with job(env, "crm.team", CALL) as cron:
        return measure_job(env, cron)
