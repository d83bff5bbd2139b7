from . import test_scoring
from . import test_scoring_rule
