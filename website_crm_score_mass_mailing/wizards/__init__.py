from . import website_crm_score_template
