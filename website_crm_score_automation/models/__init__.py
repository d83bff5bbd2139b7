from . import base_automation, website_crm_score_crossing, website_crm_scored
