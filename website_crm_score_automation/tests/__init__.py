from . import test_action_paths
from . import test_automation_tour, test_crossings, test_examples, test_score_listeners
