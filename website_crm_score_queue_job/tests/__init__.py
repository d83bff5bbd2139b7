from . import test_action_paths
from . import test_scoring_jobs
