from . import website
from . import website_crm_score
from . import website_form
