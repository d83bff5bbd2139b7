from . import crm_assignment_start
from . import website_crm_score_preview
