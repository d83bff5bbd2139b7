from . import website_crm_url
from . import website_crm_score
from . import website_crm_score_line
from . import website_crm_score_run
from . import website_crm_score_run_line
from . import website_crm_score_progress
from . import website_crm_pageview
from . import crm_lead  # after website_crm_score_line, whose table it relates through
from . import ir_cron
from . import ir_http
from . import ir_ui_view
from . import res_config_settings
from . import res_partner
from . import website
from . import website_crm_uncounted_hit
from . import website_track
from . import website_visitor
