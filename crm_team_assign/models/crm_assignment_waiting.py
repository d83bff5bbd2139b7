from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.website_crm_score.scoring.worklist import tune
from odoo.addons.website_crm_score.tools.actions import get_action, open_form
from odoo.addons.website_crm_score.tools.numbers import say_number
from odoo.addons.website_crm_score.tools.own_context import HandedDown

from ..execution.presence import find_absences
from ..planning.quota import UNLIMITED
from ..planning.reasons import REASONS, TURN
from ..queries import waiting


class KnownRows(HandedDown):
    """The rows of what waits, once they are known, to be asked more than once."""

    context_key = "waiting_rows"

    def __init__(self, rows):
        columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
        self.query = SQL(
            """
            SELECT *
              FROM unnest(%s::int[], %s::text[], %s::int[], %s::bigint[], %s::numeric[])
                AS known (id, reason, team_id, lead_count, score)
            """,
            *columns,
        )


class CrmAssignmentWaiting(models.Model):
    """The open leads that have no salesperson for one reason, by the team that it is
    about: what is to be done for them. One counts what one may see."""

    _name = "crm.assignment.waiting"
    _description = "Leads Without Salesperson"
    _auto = False
    _order = "lead_count desc, id"
    _depends = {
        "crm.assignment.handover": ["lead_id", "taken_back_date", "user_id"],
        "crm.lead": [
            "active",
            "company_id",
            "score",
            "team_id",
            "user_id",
            "won_status",
        ],
    }

    reason = fields.Selection(
        selection=[(code, REASONS[code].name) for code in waiting.CODES],
        readonly=True,
    )
    team_id = fields.Many2one(comodel_name="crm.team", readonly=True)
    lead_count = fields.Integer(string="Leads", readonly=True)
    score = fields.Float(string="Best Score", digits=(16, 2), readonly=True)
    room = fields.Integer(
        compute="_compute_room",
        help="How many leads the salespeople of the team have room for today.",
    )
    advice = fields.Char(string="What Keeps Them", compute="_compute_advice")

    def _search(self, *args, **kwargs):
        tune(self.env.cr)
        return super()._search(*args, **kwargs)

    def web_read_group(self, *args, **kwargs):
        """Sort the leads once, not anew for each group that is opened."""
        tune(self.env.cr)
        rows = KnownRows(self.env.execute_query(self._table_query))
        groups = self.with_context(waiting_rows=rows)
        return super(CrmAssignmentWaiting, groups).web_read_group(*args, **kwargs)

    @property
    def _table_query(self):
        rows = KnownRows.get(self.env)
        if rows:
            return rows.query
        return SQL(
            """
            SELECT key AS id, (%(codes)s::text[])[key %% %(base)s] AS reason,
                   NULLIF(key / %(base)s, 0) AS team_id, count(*) AS lead_count,
                   max(score) AS score
              FROM (%(leads)s OFFSET 0) AS lead  -- each key is worked out once
             WHERE key != 0
          GROUP BY key
            """,
            codes=list(waiting.CODES),
            base=waiting.BASE,
            leads=waiting.select(self.env, Domain.TRUE),
        )

    @api.depends("reason", "team_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["reason"]._description_selection(self.env))
        for group in self:
            # sudo: who may see the leads may know whose they could be
            parts = [names.get(group.reason), group.sudo().team_id.name]
            group.display_name = ": ".join(filter(None, parts))

    @api.depends("team_id")
    def _compute_room(self):
        # sudo: as assignment counts, whoever asks
        teams = self.sudo().filtered(lambda group: group.reason == TURN).team_id
        away = find_absences(teams.crm_team_member_ids)
        quotas = teams._get_member_quotas(False)
        for group in self.sudo():
            members = quotas.get(group.team_id, {}).items()
            room = sum(quota for member, quota in members if member.id not in away)
            group.room = min(room, UNLIMITED)

    @api.depends("reason", "team_id", "score", "room", "lead_count")
    @api.depends_context("lang")
    def _compute_advice(self):
        for group in self:
            team = group.sudo().team_id  # sudo: as for the name
            group.advice = group._get_advice()[group.reason] % {
                "team": team.name,
                "minimum": say_number(self.env, team.min_for_assign),
                "score": say_number(self.env, group.score),
                "room": group.room,
                "days": team.take_back_days,
            }

    def _get_advice(self):
        """Return what is said of each reason."""
        no_team = not self.team_id
        turn = self.env._("%(team)s takes them, and has room for %(room)s today.")
        if not self.room:
            turn = self.env._("%(team)s takes them, but has no room left today.")
        elif self.room >= self.lead_count:
            turn = self.env._("The next assignment hands them over.")
        return {
            "turn": turn,
            "minimum": self.env._(
                "%(team)s wants %(minimum)s, the best of them has %(score)s."
            ),
            "team_filter": self.env._("The filter of no team matches them.")
            if no_team
            else self.env._("They are in %(team)s, whose filter excludes them."),
            "broken_filter": self.env._("The filter of %(team)s cannot be used."),
            "company": self.env._("No team works for their company."),
            "no_member": self.env._("No sales team takes leads.")
            if no_team
            else self.env._("Nobody in %(team)s takes leads."),
            "member_filter": self.env._(
                "%(team)s takes them, but the filters of all its salespeople exclude"
                " them."
            ),
            "barred": self.env._(
                "They were taken back from all salespeople of %(team)s who take them:"
                " nobody gets a lead again within %(days)s days."
            ),
            "other_team": self.env._(
                "They are in %(team)s, which takes no part in assignment."
            ),
        }

    # WHAT IS TO BE DONE

    def action_view_leads(self):
        """Open these leads.

        :rtype: dict
        """
        return get_action(
            self.env,
            "website_crm_score.crm_lead_action_scored",
            name=self.display_name,
            display_name=self.display_name,
            domain=[("waiting_id", "in", self.ids)],
            context={},
            path=False,
            help=False,
        )

    def action_open_team(self):
        """Open the team, to change what keeps these leads; all of them if the reason is
        none of one team.

        :rtype: dict
        """
        self.ensure_one()
        action = get_action(self.env, "crm_team_assign.crm_team_action_assign")
        if self.team_id:
            form = self.env.ref("crm_team_assign.crm_team_view_form_assign")
            action |= {"res_id": self.team_id.id, "views": [(form.id, "form")]}
        return action

    def action_assign(self):
        """Ask how leads are to be assigned to the team now.

        :rtype: dict
        """
        return self.team_id.action_start_assignment()

    def action_write(self):
        """Open an e-mail to these leads.

        :rtype: dict
        """
        return open_form(
            self.env["mail.compose.message"],
            self.env._("Write to Them"),
            target="new",
            context={
                "default_composition_mode": "mass_mail",
                "default_model": "crm.lead",
                "default_res_domain": repr([("waiting_id", "in", self.ids)]),
            },
        )
