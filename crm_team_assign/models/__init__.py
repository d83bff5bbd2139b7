from . import crm_assignment_filter
from . import crm_lead
from . import crm_team
from . import crm_team_assignment
from . import crm_team_member
