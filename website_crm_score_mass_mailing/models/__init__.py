from . import website_crm_score
from . import crm_lead
from . import link_tracker
from . import mailing_contact
from . import mailing_trace
from . import res_config_settings
from . import res_partner
