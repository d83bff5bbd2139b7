from odoo import fields, models
from odoo.tools import SQL

DAYS = 90


class CrmAssignmentLoad(models.Model):
    """The leads that each member of a team got on each day, beside the capacity."""

    _name = "crm.assignment.load"
    _description = "Lead Assignment Load"
    _auto = False
    _order = "day desc, id desc"
    _rec_name = "member_id"

    day = fields.Date(readonly=True)
    kind = fields.Selection(
        selection=[("assigned", "Assigned"), ("capacity", "Capacity")], readonly=True
    )
    lead_count = fields.Float(string="Leads", digits=(16, 1), readonly=True)
    member_id = fields.Many2one(comodel_name="crm.team.member", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Salesperson", readonly=True
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Sales Team", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)

    @property
    def _table_query(self):
        """Assigned is what a capacity counts: a lead of the team on the day it got its
        salesperson. A capacity is of 30 days, a day has its thirtieth part."""
        self.env["crm.lead"].flush_model(["date_open", "user_id", "team_id"])
        self.env["crm.team.member"].flush_model()
        return SQL(
            """
            SELECT member.id * 1000 + age.days * 2 + kind.number AS id,
                   age.day, kind.name AS kind, member.id AS member_id, member.user_id,
                   member.crm_team_id AS team_id, team.company_id,
                   CASE WHEN kind.number = 1 THEN member.assignment_max / 30.0
                        ELSE COALESCE(assigned.lead_count, 0) END AS lead_count
              FROM crm_team_member member
              JOIN crm_team team ON team.id = member.crm_team_id
        CROSS JOIN (SELECT days, (now() AT TIME ZONE 'UTC')::date - days AS day
                      FROM generate_series(0, %(days)s) AS days) AS age
        CROSS JOIN (VALUES (0, 'assigned'), (1, 'capacity')) AS kind (number, name)
         LEFT JOIN (SELECT user_id, team_id, date_open::date AS day,
                           count(*) AS lead_count
                      FROM crm_lead
                     WHERE date_open >= (now() AT TIME ZONE 'UTC')::date - %(days)s
                  GROUP BY user_id, team_id, date_open::date) AS assigned
                ON kind.number = 0 AND assigned.user_id = member.user_id
               AND assigned.team_id = member.crm_team_id AND assigned.day = age.day
             WHERE member.active AND team.active
               AND NOT COALESCE(member.assignment_optout, FALSE)
            """,
            days=DAYS,
        )
