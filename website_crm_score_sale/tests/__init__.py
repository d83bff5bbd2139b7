from . import test_checkout
from . import test_shop
from . import test_shop_events
from . import test_shop_evidence
from . import test_shop_journey
from . import test_shop_preview
from . import test_shop_tour
from . import test_uninstall
