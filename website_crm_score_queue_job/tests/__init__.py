from . import test_scoring_jobs
