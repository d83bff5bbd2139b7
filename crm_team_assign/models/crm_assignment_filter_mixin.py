import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.website_crm_score.scoring.wording import DomainReader
from odoo.addons.website_crm_score.tools.attempt import attempt
from odoo.addons.website_crm_score.tools.own_context import OURS
from odoo.addons.website_crm_score.tools.rule_domain import (
    describe_error,
    find_domain_error,
    parse_domain,
)

from ..queries.foreseen import put_probabilities

_logger = logging.getLogger(__name__)

# Of a condition, so many values are named.
MAX_VALUES = 20
FILTERS = ("assignment_domain", "assignment_domain_preferred")


class CrmAssignmentFilterMixin(models.AbstractModel):
    """A team or member whose filters say which leads it takes.

    A filter is tried when it is saved. One that cannot be used later, say on a field
    that was removed, leaves out this team or member and nothing else; the reason shows
    on its form until the filter changes or works again.
    """

    _name = "crm.assignment.filter.mixin"
    _description = "Lead Assignment Filter"

    assignment_error = fields.Text(
        readonly=True,
        copy=False,
        help="Why the last assignment left this out.",
    )
    assignment_filter_error = fields.Char(
        compute="_compute_assignment_filter_error",
        help="Why a filter cannot be used, as it is now.",
    )

    assignment_condition = fields.Char(
        string="Filter in Words",
        compute="_compute_assignment_condition",
        help="Which leads the filter takes, in words.",
    )

    @api.depends("assignment_domain")
    @api.depends_context("lang", "uid")
    def _compute_assignment_condition(self):
        reader = DomainReader(self.env, MAX_VALUES)
        leads = self._get_filter_reader()
        domains = {
            record: reader.parse(record.assignment_domain or "[]", leads)
            for record in self
        }
        for record, domain in domains.items():
            record.assignment_condition = (
                record.assignment_domain
                if domain is None  # it cannot be read
                else reader.say(domain, leads) or self.env._("All leads")
            )

    @api.depends(lambda self: self._list_filters())
    def _compute_assignment_filter_error(self):
        for record in self:
            errors = map(record._find_filter_error, record._list_filters())
            record.assignment_filter_error = next(filter(None, errors), False)

    def write(self, vals):
        if vals.keys() & set(FILTERS):
            vals = dict(vals, assignment_error=False)
        return super().write(vals)

    # TRYING

    @api.model
    def _list_filters(self):
        return [name for name in FILTERS if name in self._fields]

    def _has_filter(self, name):
        return (self[name] or "[]").strip() != "[]"

    @api.model
    def _get_filter_reader(self):
        """Return the leads to evaluate filters on: these may not ask what teams take,
        which follows from them."""
        return self.env["crm.lead"].with_context(is_asking_filters=OURS)

    def _find_filter_error(self, name):
        """Return why a filter cannot be used, None if it can."""
        self.ensure_one()
        if not self._has_filter(name):
            return None
        return find_domain_error(self[name], self._get_filter_reader())

    def _check_filter(self, name):
        """:raise ValidationError: if a filter cannot be used"""
        label = self._fields[name].get_description(self.env, ["string"])["string"]
        for record in self:
            error = record._find_filter_error(name)
            if error:
                words = self.env._(
                    "The filter “%(filter)s” of %(owner)s cannot be used: %(error)s",
                    filter=label,
                    owner=record.display_name,
                    error=error,
                )
                raise ValidationError(words)

    # USING

    def _foresee(self, domain, foresights):
        """Return the domain of a filter as leads are to be looked at by it.

        :param dict foresights: what leads will be in teams, see ``Foresight``
        """
        return domain

    def _get_assignment_companies(self):
        """Return the ids of the companies whose leads this team or member can take, as
        a frozenset. Leads of no company go to anybody."""
        raise NotImplementedError

    def _get_assignment_company_domain(self):
        companies = self._get_assignment_companies()
        return Domain("company_id", "in", [*companies, False])

    def _find_assignable_leads(self, draft, lead_ids, found=None, scope=None):
        """Return which of the leads match this filter and these companies; without a
        filter, the facts tell.

        :param Draft draft: has the facts of the leads, and gets why the filter cannot
            be used, or None
        :param list[int] lead_ids: the leads
        :param dict found: what others without a filter take, by their companies
        :param Domain scope: the leads, where it takes long to name each
        :return: a set of ids, or None if the filter cannot be used
        """
        if self._has_filter("assignment_domain"):
            companies = self._get_assignment_company_domain()
            if scope is None:
                return self._find_filtered_leads(companies, draft, lead_ids=lead_ids)
            return self._find_filtered_leads(scope & companies, draft)
        draft.errors.setdefault(self, None)
        companies = self._get_assignment_companies()
        found = {} if found is None else found
        if companies not in found:
            found[companies] = {
                lead_id
                for lead_id in lead_ids
                if draft.leads[lead_id].company_id in {*companies, None}
            }
        return found[companies]

    def _find_filtered_leads(
        self, scope, draft, name="assignment_domain", lead_ids=None
    ):
        """Return the ids of the leads in ``scope`` that match the filter ``name``.

        :param Domain scope: the leads to look at
        :param lead_ids: look at these alone
        :param Draft draft: knows what leads will be, and gets why the filter cannot be
            used, or None
        :return: a set of ids, or None if the filter cannot be used
        """
        self.ensure_one()
        with attempt(self.env.cr) as outcome:
            domain = parse_domain(self[name], self.env)
            domain = put_probabilities(domain, draft.foreseen)
            domain = self._foresee(domain, draft.foresights) & scope
            if lead_ids is None:
                found = self._look_at(domain)
            else:
                found = draft.get_matches(domain).find(
                    set(lead_ids),
                    draft.leads,
                    lambda ids: self._look_at(domain & Domain("id", "in", ids)),
                )
            draft.errors.setdefault(self, None)
            return found
        error = describe_error(outcome.error)
        _logger.warning("%s left out of lead assignment: %s", self, error)
        draft.errors[self] = error
        return None

    def _look_at(self, domain):
        query = self._get_filter_reader()._search(domain)
        self.env.cr.execute(query.select(), log_exceptions=False)
        return {id_ for (id_,) in self.env.cr.fetchall()}

    @api.model
    def _note_assignment_errors(self, errors):
        """Show the errors where their owners see them, and remove those of before.

        :param list[tuple] errors: pairs of a record, and why it was left out, or None
        """
        for record, error in errors:
            if (record.assignment_error or None) != error:
                # sudo: who may assign leads need not be able to write teams
                record.sudo().assignment_error = error
        return []
