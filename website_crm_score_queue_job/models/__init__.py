from . import website_crm_score_run
