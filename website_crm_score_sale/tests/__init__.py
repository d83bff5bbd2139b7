from . import test_shop_events
from . import test_shop
