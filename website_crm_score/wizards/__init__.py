from . import base_partner_merge
from . import privacy_lookup_wizard
from . import website_page_properties_base
from . import website_crm_grade_proposal
from . import website_crm_score_preview
from . import website_crm_score_template
from . import website_crm_score_trial
