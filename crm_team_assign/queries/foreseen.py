"""Filters on what leads will be, which the database does not know yet."""

import operator

from odoo.fields import Domain

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
