from . import crm_team_member
