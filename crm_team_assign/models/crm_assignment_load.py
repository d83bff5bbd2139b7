from odoo import api, fields, models
from odoo.tools import SQL

from ..execution.presence import find_days_away
from ..planning import quota

DAYS = 90


class CrmAssignmentLoad(models.Model):
    """The leads that each member of a team got on each day, beside the capacity.

    Both are whole leads. A figure of assigned leads and capacities together is none: it
    is left empty.
    """

    _name = "crm.assignment.load"
    _description = "Lead Assignment Load"
    _auto = False
    _order = "day desc, id desc"
    _rec_name = "member_id"
    _depends = {
        "crm.lead": ["date_open", "team_id", "user_id"],
        "crm.team": ["active", "company_id"],
        "crm.team.member": [
            "active",
            "assignment_max",
            "assignment_optout",
            "assignment_paused_until",
            "assignment_unlimited",
            "crm_team_id",
            "user_id",
        ],
        "res.partner": ["tz"],
        "res.users": ["partner_id"],
    }

    day = fields.Date(readonly=True)
    kind = fields.Selection(
        selection=[("assigned", "Assigned"), ("capacity", "Capacity")], readonly=True
    )
    lead_count = fields.Integer(string="Leads", readonly=True)
    assigned_count = fields.Integer(string="Assigned", readonly=True)
    capacity_count = fields.Integer(
        string="Capacity",
        readonly=True,
        help="30 days together have the capacity of a month, in whole leads. Who is "
        "unlimited has none. Days on which one was away have none.",
    )
    used = fields.Float(
        string="Capacity Used (%)",
        digits=(16, 0),
        readonly=True,
        aggregator="avg",
        help="What those with a capacity were assigned, of it.",
    )
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
        """A row for each day of a member of what was assigned, and one of the capacity:
        of 30 days, each of which has its part in whole leads, of 45 one and two in
        turn; none while away."""
        return SQL(
            """
            WITH zone AS (%(zone)s), assigned AS (%(assigned)s), away AS (%(away)s)
            SELECT member.id * 1000 + age.days * 2 + kind.number AS id, day.date AS day,
                   kind.name AS kind, member.id AS member_id, member.user_id,
                   member.crm_team_id AS team_id, team.company_id,
                   CASE WHEN kind.number = 1 THEN capacity.lead_count
                        ELSE COALESCE(assigned.lead_count, 0) END AS lead_count,
                   CASE WHEN kind.number = 0 THEN COALESCE(assigned.lead_count, 0) END
                   AS assigned_count,
                   CASE WHEN kind.number = 1 THEN capacity.lead_count END
                   AS capacity_count,
                   -- What is weighed against the capacity
                   CASE WHEN kind.number = 0 AND NOT is_unlimited
                        THEN COALESCE(assigned.lead_count, 0) END AS used
              FROM crm_team_member member
              JOIN crm_team team ON team.id = member.crm_team_id
              JOIN zone ON zone.user_id = member.user_id
        CROSS JOIN generate_series(0, %(days)s) AS age (days)
        CROSS JOIN (VALUES (0, 'assigned'), (1, 'capacity')) AS kind (number, name)
        CROSS JOIN LATERAL (
                   SELECT zone.today - age.days AS date,
                          zone.today - age.days - DATE '2000-01-01' AS number,
                          COALESCE(member.assignment_unlimited, FALSE) AS is_unlimited
                   ) AS day
         LEFT JOIN away ON away.member_id = member.id AND away.day = day.date
        CROSS JOIN LATERAL (
                   SELECT CASE WHEN away.day IS NOT NULL THEN 0
                               WHEN NOT is_unlimited THEN
                          member.assignment_max * (day.number + 1) / %(month)s
                          - member.assignment_max * day.number / %(month)s
                          END AS lead_count
                   ) AS capacity
         LEFT JOIN assigned
                ON kind.number = 0 AND assigned.user_id = member.user_id
               AND assigned.team_id = member.crm_team_id
               AND assigned.day = day.date
             WHERE member.active AND team.active
               AND (NOT COALESCE(member.assignment_optout, FALSE)
                    OR member.assignment_paused_until IS NOT NULL)
            """,
            zone=self._get_zone_sql(),
            assigned=self._get_assigned_sql(),
            away=self._get_away_sql(),
            days=DAYS,
            month=quota.DAYS,
        )

    @api.model
    def _get_assigned_sql(self):
        """Return the query of what a capacity counts: a lead of the team on the day it
        got its salesperson, where the salesperson is."""
        return SQL(
            """
            SELECT lead.user_id, lead.team_id, count(*) AS lead_count,
                   (lead.date_open AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date
                   AS day
              FROM crm_lead lead
              JOIN zone ON zone.user_id = lead.user_id
             WHERE lead.date_open >= now() AT TIME ZONE 'UTC'
                                     - (%s + 2) * interval '1 day'
          GROUP BY lead.user_id, lead.team_id, day
            """,
            DAYS,
        )

    @api.model
    def _get_away_sql(self):
        """Return the query of the days on which members were away."""
        # sudo: as the query, which has all members; access is by rules on the load
        members = self.env["crm.team.member"].sudo()
        members = members.search([("crm_team_id.active", "=", True)])
        away = find_days_away(members, DAYS + 1)
        return SQL(
            "SELECT * FROM unnest(%s::int[], %s::date[]) AS away (member_id, day)",
            [member_id for member_id, _day in away],
            [day for _member_id, day in away],
        )

    @api.model
    def _get_zone_sql(self):
        """Return the query of the zones of users, by PostgreSQL's names for these."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT COALESCE(partner.tz, '')
                  FROM crm_team_member member
                  JOIN res_users users ON users.id = member.user_id
                  JOIN res_partner partner ON partner.id = users.partner_id
                """
            )
        )
        names, rules = [name for (name,) in rows], self.env["website.crm.score"]
        return SQL(
            """
            SELECT users.id AS user_id, zone.name,
                   (now() AT TIME ZONE zone.name)::date AS today
              FROM res_users users
              JOIN res_partner partner ON partner.id = users.partner_id
              JOIN unnest(%s::text[], %s::text[]) AS zone (tz, name)
                ON zone.tz = COALESCE(partner.tz, '')
            """,
            names,
            [rules._get_sql_zone(name) for name in names],
        )

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec == "lead_count:sum":
            return SQL(
                "CASE WHEN min(%(kind)s) = max(%(kind)s) THEN sum(%(count)s) END",
                kind=self._field_to_sql(self._table, "kind", query),
                count=self._field_to_sql(self._table, "lead_count", query),
            )
        if aggregate_spec == "used:avg":
            return SQL(
                "100.0 * sum(%(used)s) / NULLIF(sum(%(capacity)s), 0)",
                used=self._field_to_sql(self._table, "used", query),
                capacity=self._field_to_sql(self._table, "capacity_count", query),
            )
        return super()._read_group_select(aggregate_spec, query)
