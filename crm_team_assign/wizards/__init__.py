from . import crm_assignment_start
from . import crm_assignment_why
from . import website_crm_score_preview
