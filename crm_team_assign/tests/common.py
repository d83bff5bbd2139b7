from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command

from odoo.addons.website_crm_score.tests.common import ScoringCase

LONG_AGO = datetime(2020, 1, 1)
MANAGER = "sales_team.group_sale_manager"
SALESMAN = "sales_team.group_sale_salesman"


class AssignmentCase(ScoringCase):
    """Teams, members and leads of the test alone. A lead called *Score 50* gets 50
    points by a rule, when assignment brings scores up to date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        set_param = cls.env["ir.config_parameter"].set_param
        set_param("sales_team.membership_multi", True)
        set_param("crm.lead.auto.assignment", True)
        cls.Team = cls.env["crm.team"]
        cls.Team.search([]).active = False
        cls.manager = cls.make_seller("manager", MANAGER)
        cls.ann, cls.bob, cls.eve = cls.make_sellers("ann", "bob", "eve")

    @classmethod
    def track_everything(cls):
        """Have everything tracked and told, as users have it, and tests have not."""
        cls.env = cls.env(
            context={
                key: value
                for key, value in cls.env.context.items()
                if not key.startswith(("mail_", "tracking_"))
            }
        )
        cls.Team, cls.Lead = cls.Team.with_env(cls.env), cls.Lead.with_env(cls.env)

    @classmethod
    def make_seller(cls, name, groups=SALESMAN, **values):
        return cls.make_sellers(name, groups=groups, **values)

    @classmethod
    def make_sellers(cls, *names, groups=SALESMAN, **values):
        """Make users at once, which takes less time than one by one."""
        group_ids = [cls.env.ref(group).id for group in groups.split(",")]
        return cls.env["res.users"].create(
            [
                {
                    "login": f"assign_{name}",
                    "password": f"assign_{name}",
                    "name": name.capitalize(),
                    "email": f"{name}@assign.example.com",
                    "notification_type": "inbox",
                    "group_ids": [Command.set(group_ids)],
                    **values,
                }
                for name in names
            ]
        )

    @classmethod
    def make_team(cls, name, minimum=0, sellers=(), **values):
        """Make a team of sellers; of pairs of sellers and values, or sellers alone."""
        members = [item if isinstance(item, tuple) else (item, {}) for item in sellers]
        return cls.Team.create(
            {
                "name": name,
                "min_for_assign": minimum,
                "use_leads": True,
                "company_id": False,
                "crm_team_member_ids": [
                    Command.create({"user_id": user.id, "assignment_max": 300} | more)
                    for user, more in members
                ],
                **values,
            }
        )

    @classmethod
    def make_scored(cls, *scores, **values):
        leads = cls.Lead.browse()
        for score in scores:
            name = f"Score {score}"
            domain = str([("name", "=", name)])
            if not cls.Rule.search_count([("domain", "=", domain)], limit=1):
                cls.make_rule(domain, value=score)
            leads += cls.make_lead(name, **values)
        return leads

    @classmethod
    def set_age(cls, leads, date):
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s WHERE id = ANY(%s)", (date, leads.ids)
        )
        leads.invalidate_recordset(["create_date"])

    @classmethod
    def make_calendar(cls):
        """Make working hours of who works all the time."""
        days = [
            Command.create(
                {
                    "name": "All day",
                    "dayofweek": str(day),
                    "hour_from": 0,
                    "hour_to": 24,
                    "day_period": "morning",
                }
            )
            for day in range(7)
        ]
        return cls.env["resource.calendar"].create(
            {"name": "Always", "tz": "UTC", "attendance_ids": [Command.clear(), *days]}
        )

    @contextmanager
    def at(self, date):
        """Have both clocks, Python's and the transaction's, stand at ``date``."""
        with freeze_time(date), patch.object(self.env.cr, "now", lambda: date):
            yield

    def assign(self, teams=None, **values):
        """Assign as a manager does by the button; return what was done."""
        teams = teams if teams is not None else self.Team.search([])
        result = teams._action_assign_leads(creation_delta_days=0, **values)
        self.env.flush_all()
        return result

    def assign_daily(self):
        """Assign as the daily job does."""
        self.Team._cron_assign_leads()
        self.env.flush_all()

    def get_member(self, team, user):
        return team.crm_team_member_ids.filtered(lambda member: member.user_id == user)

    def get_seller_counts(self, leads):
        return [
            len(leads.filtered(lambda lead, user=user: lead.user_id == user))
            for user in (self.ann, self.bob, self.eve)
        ]
