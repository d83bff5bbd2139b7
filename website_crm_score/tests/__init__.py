from . import test_hoot
from . import test_track_page
from . import test_track_page_tour
from . import test_scoring
from . import test_scoring_rule
from . import test_pageview
from . import test_security
