"""All that these tests know of the scoring engine beyond its public contract."""

import importlib
from datetime import timedelta

HOURLY_JOB = "website_crm_score.ir_cron_assign_scores"
SECOND_JOB = "faults.second_job"  # a copy of it
PAGE_VIEWS = "website_crm_pageview"
LEDGER = "website_crm_score_line"
LEADS = "crm_lead"

BATCH_SIZE = 24
BACKLOG = 5 * BATCH_SIZE
HALF = BACKLOG // 2  # rows of any of the tables: in the middle of a batch in between

ADDON = "odoo.addons.website_crm_score"


def tune(batch_size=BATCH_SIZE, visitors_batch_size=BATCH_SIZE):
    """Make the engine of this process show in a small database what it does in a large.

    :param int batch_size: how many leads it scores at a time
    :param int visitors_batch_size: of how many leads it derives page views at a time
    """
    _set("scoring.writing", "PART_SIZE", batch_size)
    _set("models.website_crm_pageview", "BATCH_SIZE", visitors_batch_size)
    # A tolerance of minutes would hide that a visit of this second was missed.
    _set("models.website_crm_score_progress", "CLOCK_TOLERANCE", timedelta(0))


def _set(module, name, value):
    module = importlib.import_module(f"{ADDON}.{module}")
    assert hasattr(module, name), f"{module.__name__} has no {name} any more"
    setattr(module, name, value)
