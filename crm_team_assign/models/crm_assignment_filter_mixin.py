import logging
from ast import literal_eval

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

FILTERS = {"assignment_domain", "assignment_domain_preferred"}


class CrmAssignmentFilterMixin(models.AbstractModel):
    """A team or member whose filters say which leads it takes.

    A filter that cannot be used, say on a field that was removed, leaves out this
    team or member and nothing else; the reason shows on its form until the filter
    changes or works again.
    """

    _name = "crm.assignment.filter.mixin"
    _description = "Lead Assignment Filter"

    assignment_error = fields.Text(
        readonly=True,
        copy=False,
        help="Why the last assignment left this out.",
    )

    def write(self, vals):
        if FILTERS & vals.keys():
            vals = dict(vals, assignment_error=False)
        return super().write(vals)

    def _find_filtered_leads(self, scope, errors, names=("assignment_domain",)):
        """Return the ids of the leads in ``scope`` that match the filters ``names``.

        :param Domain scope: the leads to look at
        :param dict errors: gets this record with why a filter cannot be used, or None
        :param names: the fields of the filters, all of which must match
        :return: ids, or None if a filter cannot be used
        :rtype: set[int] | None
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                filters = Domain.AND(literal_eval(self[name] or "[]") for name in names)
                query = self.env["crm.lead"]._search(filters & scope)
                self.env.cr.execute(query.select(), log_exceptions=False)
                lead_ids = {id_ for (id_,) in self.env.cr.fetchall()}
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        # Fields may be searched by any code, which may raise anything.
        except Exception as exception:  # pylint: disable=broad-exception-caught
            error = str(exception).strip().split("\n")[0] or type(exception).__name__
            _logger.warning("%s left out of lead assignment: %s", self, error)
            errors[self] = error
            return None
        errors.setdefault(self, None)
        return lead_ids

    def _get_valid_filter(self):
        """Return the filter as it is being edited, everything if it cannot be used.

        :rtype: Domain
        """
        self.ensure_one()
        try:
            domain = Domain(literal_eval(self.assignment_domain or "[]"))
            domain.validate(self.env["crm.lead"])
        except (ValueError, SyntaxError, TypeError):
            return Domain.TRUE
        return domain

    @api.model
    def _note_assignment_errors(self, errors):
        """Show the errors where their owners see them, and remove those of before.

        :param dict errors: by record, why it was left out, or None
        """
        for record, error in errors.items():
            if (record.assignment_error or None) != error:
                # sudo: who may assign leads need not be able to write teams
                record.sudo().assignment_error = error
