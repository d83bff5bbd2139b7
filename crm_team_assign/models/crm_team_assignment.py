import logging
from collections import defaultdict
from contextlib import contextmanager
from functools import partial
from operator import attrgetter

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.website_crm_score.tools.own_context import OURS

from ..tools.assignment import Assignment, AssignmentRun
from ..tools.assignment_plan import MEMBER_FILTER
from .crm_lead import ASSIGNMENT_ORDER
from .crm_team_planning import NO_MEMBER

_logger = logging.getLogger(__name__)

# How many leads a message lists.
MESSAGE_LEADS = 100


class CrmTeam(models.Model):
    """Assignment as a whole: scores are brought up to date, both stages are planned at
    once, then the plan is carried out.
    """

    _inherit = "crm.team"

    @api.model
    def _cron_assign_leads(self, force_quota=False, creation_delta_days=0):
        """Assign leads of any age: old leads that nobody looked at are leads too."""
        return super()._cron_assign_leads(
            force_quota=force_quota, creation_delta_days=creation_delta_days
        )

    def _action_assign_leads(self, force_quota=False, creation_delta_days=7):
        """Bring scores up to date, then assign.

        In a scheduled action the time for scoring can run out, or another one assigns
        leads at the moment. Nothing is assigned then, and the action runs again.

        :raise UserError: if leads are being assigned at the moment
        """
        if not self._is_assignment_allowed():
            return super()._action_assign_leads(force_quota, creation_delta_days)
        if self.env.context.get("is_rest_of_day") is OURS:
            force_quota = False
        with self._hold_assignment() as is_free:
            if not is_free or not self._update_scores():
                self.env["ir.cron"]._commit_batch(0, 1)
                return {}, {}
            run = AssignmentRun(force_quota)
            result = super(
                CrmTeam, self.with_context(assignment_run=run)
            )._action_assign_leads(
                force_quota=force_quota, creation_delta_days=creation_delta_days
            )
            self.env["ir.cron"]._commit_batch(0, 0)
        return result

    @api.model
    def _get_run(self):
        """Return the whole assignment that this is a part of, None if of none.

        :rtype: AssignmentRun
        """
        run = self.env.context.get("assignment_run")
        return run if isinstance(run, AssignmentRun) else None

    def _assign_by_hand(self, force_quota):
        """Do what core's button does, which gives another day's share; or give what is
        left of today.

        :param bool force_quota: see ``crm.team.member._get_assignment_quota``
        :return: a notification of what was done
        :rtype: dict
        """
        if not force_quota:
            self = self.with_context(is_rest_of_day=OURS)
        return self.action_assign_leads()

    @api.model
    def _is_assignment_allowed(self):
        """Return what core checks, and refuses with its own words."""
        is_manager = self.env.user.has_group("sales_team.group_sale_manager")
        return is_manager or self.env.is_system()

    @api.model
    def _check_assignment_allowed(self):
        """
        :raise UserError: if the user is neither a sales manager nor an administrator
        """
        if not self._is_assignment_allowed():
            raise UserError(
                self.env._("Leads are assigned by managers or administrators.")
            )

    @contextmanager
    def _hold_assignment(self):
        """See to it that leads are assigned by one at a time: nobody's capacity is
        passed because two count the same room.

        A scheduled action commits meanwhile: what it holds is a lock of the session,
        whichever action it is. PostgreSQL frees it if the process is killed.

        :return: a context manager of whether leads may be assigned
        :raise UserError: outside of scheduled actions, if they may not
        """
        jobs = self.env["ir.cron"]
        if not jobs._is_job():
            self._lock_assignment()
            yield True
            return
        is_free = self._call_lock("pg_try_advisory_lock")
        # Whoever had the lock has committed: look at the database anew.
        jobs._commit_batch(0, 1)
        if not is_free:
            yield False
            return
        try:
            yield True
        except Exception:
            self.env.cr.rollback()
            raise
        finally:
            self._call_lock("pg_advisory_unlock")

    @api.model
    def _lock_assignment(self):
        """Keep others from assigning leads until the end of the transaction.

        :raise UserError: if leads are being assigned at the moment
        """
        if not self._try_lock_assignment():
            raise UserError(
                self.env._(
                    "Leads are being assigned at the moment. Please try again in a few"
                    " minutes."
                )
            )

    @api.model
    def _try_lock_assignment(self):
        """Return whether nobody else assigns leads until the end of the transaction.

        To lock the daily assignment keeps the scheduler from starting it meanwhile.
        """
        # sudo: the row stands for the right to assign, which was checked
        cron = self.env.ref("crm.ir_cron_crm_lead_assign").sudo()
        if not cron.try_lock_for_update(allow_referencing=True):
            return False
        return self._call_lock("pg_try_advisory_xact_lock")

    @api.model
    def _call_lock(self, function):
        """Return what a function of PostgreSQL says about the lock of assignments."""
        name = SQL.identifier(function)
        [(result,)] = self.env.execute_query(
            SQL("SELECT %s(hashtext('crm_team_assign'))", name)
        )
        return result

    @api.model
    def _update_scores(self):
        """Score leads as the hourly job does.

        :return: whether all is done; in a scheduled action time can run out
        :rtype: bool
        """
        # sudo: administrators may assign leads without a right on scoring rules
        rules = self.env["website.crm.score"].sudo()
        return not rules.search_count([], limit=1) or rules.assign_scores_to_leads()

    # MEMBERS

    def _get_lead_to_assign_domain(self):
        """Return the domain of open leads of these teams that wait for a salesperson,
        whatever their score: the planner tells why those below the minimum stay."""
        domain = Domain(super()._get_lead_to_assign_domain())
        return domain & self.env["crm.lead"]._open_domain()

    def _assign_and_convert_leads(self, force_quota=False):
        """Make opportunities of the teams' leads and hand them to the members.

        As a part of a whole assignment this is done already.

        :return: for each member with room: the leads ``assigned`` and the ``quota``
        :rtype: dict
        """
        run = self._get_run()
        plan = run.plan if run else self._plan_handover(force_quota)
        if not run:
            self._carry_out(plan)
        assigned = plan.list_assigned()
        Members, Leads = self.env["crm.team.member"], self.env["crm.lead"]
        result = {
            Members.browse(member_id): {
                "assigned": Leads.browse(assigned.get(member_id, [])),
                "quota": quota,
            }
            for member_id, quota in plan.quotas.items()
        }
        _log_assignment(result)
        return result

    def _get_quotas(self, force_quota, given=None):
        """Return how many leads the members of these teams with room can take, by id.

        :param bool force_quota: see ``crm.team.member._get_assignment_quota``
        :param dict given: how many they got by the plan that is gone on with, by id
        :rtype: dict[int, int]
        """
        quotas = [team._get_member_quotas(force_quota, given) for team in self]
        return {
            member.id: quota for members in quotas for member, quota in members.items()
        }

    # THE EXECUTOR

    def _carry_out(self, plan):
        """Carry out a plan in batches; note in it what is done.

        Leads that are somebody's by now, closed or gone are left out, and so are those
        on which something fails that listens to leads.

        :param Assignment plan: of these teams
        """
        errors = list(plan.errors.items())
        for _noted in self._in_batches(self._note_errors, errors):
            pass
        steps = plan.list_steps()
        if not steps and not plan.plan_id:
            return
        record = self.env["ir.cron"]._transact(partial(self._keep_plan, plan, steps))
        for _done in self._in_batches(self._note_turns, [plan] if steps else []):
            pass
        carry_out = partial(self._carry_out_batch, record)
        for done in self._in_batches(carry_out, steps, partial(_leave_steps, record)):
            plan.done.update(done)
        self._notify_assignees(record)
        record._finish()
        counts = ["lead_day_count", "lead_month_count"]
        self.crm_team_member_ids.invalidate_recordset(counts, flush=False)

    @api.model
    def _note_errors(self, errors):
        self._note_assignment_errors(dict(errors))
        return []

    def _keep_plan(self, plan, steps):
        """Return the record that keeps a plan, a new one if there is none.

        :param list[Outcome] steps: what there is to do
        :rtype: crm.assignment.plan
        """
        Plans = self.env["crm.assignment.plan"].sudo()  # sudo: it is the log
        if plan.plan_id:
            return Plans.browse(plan.plan_id)
        origin = "job" if self.env["ir.cron"]._is_job() else "button"
        record = Plans._save(plan, self, origin)
        record._add_lines(steps, plan)
        return record

    def _note_turns(self, plans):
        """Remember where the rotations go on, and what teams are owed."""
        [plan] = plans
        for team in self.sudo():  # sudo: who may assign need not be able to write teams
            member_id = plan.last_members.get(team.id)
            if member_id:
                team.assignment_last_member_id = member_id
            if plan.credits.get(team.id):
                team.assignment_credit += plan.credits[team.id]
        return []

    def _carry_out_batch(self, record, steps):
        """Carry out a part of a plan, and note that there.

        :param crm.assignment.plan record: the plan
        :param list[Outcome] steps: what to do
        :return: ids of the leads that it was done for
        :rtype: list[int]
        """
        todo = record._check_batch(self, steps)
        done = self._attempt(self._take_steps, todo)
        record._note_batch([step.lead_id for step in todo], done)
        return done

    def _find_obstacles(self, steps):
        """Return why leads can no longer be given to the teams and members that a plan
        has them for: minimums and filters hold until a lead is handed over.

        :param list[Outcome] steps: of a plan
        :return: a reason by the id of each lead that cannot
        :rtype: dict[int, str]
        """
        lead_ids = [step.lead_id for step in steps]
        check = Assignment(leads=self._read_leads(Domain("id", "in", lead_ids)))
        obstacles = {}
        for team_id, same in _group_by(steps, "team"):
            team = self.browse(team_id)
            obstacles |= team._find_team_obstacles(same, check)
            left = [step for step in same if step.lead_id not in obstacles]
            obstacles |= team._find_member_obstacles(left, check)
        return obstacles

    def _find_team_obstacles(self, steps, check):
        lead_ids = [step.lead_id for step in steps if step.lead_id in check.leads]
        if not self.filtered("active"):
            return dict.fromkeys(lead_ids, NO_MEMBER)
        scope = Domain("id", "in", lead_ids) & self._get_assignment_company_domain()
        matching = self._find_filtered_leads(scope, check.errors)
        reasons = {
            id_: self._find_obstacle(check.leads[id_], matching) for id_ in lead_ids
        }
        return {id_: reason for id_, reason in reasons.items() if reason}

    def _find_member_obstacles(self, steps, check):
        obstacles = {}
        for member_id, same in _group_by(steps, "member"):
            lead_ids = [step.lead_id for step in same if step.lead_id in check.leads]
            member = self.env["crm.team.member"].browse(member_id or []).exists()
            if member_id and not member._takes_leads():
                obstacles |= dict.fromkeys(lead_ids, NO_MEMBER)
            elif member:
                taken = member._find_assignable_leads(check, lead_ids, {}) or ()
                others = [id_ for id_ in lead_ids if id_ not in taken]
                obstacles |= dict.fromkeys(others, MEMBER_FILTER)
        return obstacles

    def _take_steps(self, steps):
        """Give leads to the teams and members that a plan has them for.

        :param list[Outcome] steps: what to do
        :return: ids of the leads that were given
        :rtype: list[int]
        """
        done = []
        for (team_id, member_id), same in _group_by(steps, "team", "member"):
            member = self.env["crm.team.member"].browse(member_id or [])
            lead_ids = [step.lead_id for step in same]
            done += self.browse(team_id)._take_leads(member, lead_ids)
        return done

    def _take_leads(self, member, lead_ids):
        """Give leads that are still free to this team and, as opportunities, to a
        member.

        :param crm.team.member member: none, to leave them to the team
        :return: ids of the leads that were given
        :rtype: list[int]
        """
        leads = self.env["crm.lead"].browse(lead_ids).exists()
        leads = leads.filtered(lambda lead: lead._is_free_for(self))
        # The member gets one message for all; core would post one for each lead.
        leads = leads.with_context(
            mail_auto_subscribe_no_notify=True, is_assignment=OURS
        )
        for values, same in leads._group_by_assignment(self, member.user_id):
            company = same.company_id
            same.write(values)
            lost = same.filtered(lambda lead: not lead.company_id)
            if company and lost:
                # In a team of all companies core forgets that of a lead.
                lost.company_id = company
        return leads.ids

    # MESSAGES

    @api.model
    def _notify_assignees(self, record):
        """Tell each salesperson, in one message, which leads he got, the best first.

        Whoever goes on with a plan that was interrupted tells nobody twice.

        :param crm.assignment.plan record: the plan, carried out
        """
        todo = record._list_untold()
        for _done in self._in_batches(partial(self._notify_batch, record), todo):
            pass

    def _notify_batch(self, record, todo):
        for user, lead_ids in todo:
            self._attempt(partial(self._notify_assignee, user), [lead_ids])
        record._note_told([user.id for user, _lead_ids in todo])

    def _notify_assignee(self, user, items):
        [lead_ids] = items
        domain = Domain("id", "in", lead_ids) & Domain("user_id", "=", user.id)
        # What the message tells, and company_id for its links: at once for all, as a
        # link looks at each lead alone.
        names = ["name", "partner_name", "contact_name", "score", "company_id"]
        leads = self.env["crm.lead"].search_fetch(domain, names, order=ASSIGNMENT_ORDER)
        if not leads:
            return []
        self = self.with_context(lang=user.lang)
        values = {"leads": leads[:MESSAGE_LEADS], "count": len(leads)}
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=self._get_assignment_subject(leads),
            body=self.env["ir.qweb"]._render(
                "crm_team_assign.message_leads_assigned", values
            ),
        )
        return leads.ids

    @api.model
    def _get_assignment_subject(self, leads):
        if len(leads) == 1:
            return self.env._("New lead for you: %s", leads.name)
        return self.env._("%s new leads for you", len(leads))


def _leave_steps(record, steps):
    """Note in a plan that these were left, since others wrote their leads."""
    record._note_batch([step.lead_id for step in steps], [])
    return []


def _group_by(steps, *names):
    """Return steps by the values of ``names``, or of the only one, in their order."""
    groups, get_key = defaultdict(list), attrgetter(*names)
    for step in steps:
        groups[get_key(step)].append(step)
    return groups.items()


def _log_assignment(result):
    _logger.info(
        "Assigned %s leads to %s salesmen",
        sum(len(data["assigned"]) for data in result.values()),
        len(result),
    )
    for member, data in result.items():
        _logger.info(
            "-> member %s of team %s: assigned %d/%d leads (%s)",
            member.id,
            member.crm_team_id.id,
            len(data["assigned"]),
            data["quota"],
            data["assigned"],
        )
