from . import crm_assignment_filter_mixin
from . import crm_lead
from . import crm_team
from . import crm_team_batches
from . import crm_team_allocation
from . import crm_team_assignment
from . import crm_team_member
