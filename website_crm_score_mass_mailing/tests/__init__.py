from . import test_mail_events
from . import test_mail_ledger
from . import test_mail_machines
from . import test_mail_requests
from . import test_mail_rules
from . import test_newsletter_journey
from . import test_newsletter_tour
from . import test_uninstall
