from . import crm_lead
from . import res_partner
from . import sale_order
from . import sale_order_line
from . import website
from . import website_crm_score
from . import website_crm_score_order
from . import website_visitor
