from . import crm_assignment_start
