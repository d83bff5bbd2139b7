"""Filters on what leads will be, which the database does not know yet."""

import operator

from odoo.fields import Domain
from odoo.tools import SQL, Query

COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda probability, values: probability in values,
    "not in": lambda probability, values: probability not in values,
}


def put_probabilities(domain, probabilities):
    """Return the domain that takes leads by the probability that they will have.

    :param Domain domain: a domain on leads
    :param dict[int, float] probabilities: of those where it is another than now, by id
    :rtype: Domain
    """

    def put(condition):
        compare = COMPARE.get(condition.operator)
        if condition.field_expr != "probability" or not compare:
            return condition
        found = [
            lead_id
            for lead_id, probability in probabilities.items()
            if compare(probability, condition.value)
        ]
        others = Domain("id", "not in", list(probabilities))
        return Domain("id", "in", found) | (condition & others)

    return domain.map_conditions(put) if probabilities else domain


def put_team(domain, reader, foresight):
    """Return the domain that takes leads without a team as if they had it already.

    :param Domain domain: a domain on leads
    :param crm.lead reader: the leads to evaluate it on
    :param Foresight foresight: of the team
    :rtype: Domain
    """

    def put(condition):
        name = condition.field_expr.split(".")[0]
        change = foresight.find_change(name)
        if change is None or isinstance(condition.value, (Query, SQL)):
            return condition
        changed, value = change
        lead = reader.new({name: value})
        is_met = lead.filtered_domain(condition)
        return changed | condition if is_met else ~changed & condition

    def expand(condition):
        field = reader._fields.get(condition.field_expr.split(".")[0])
        if field and field.search and not field.store:
            return condition.optimize_full(reader).map_conditions(put)
        return put(condition)

    return domain.map_conditions(expand)
