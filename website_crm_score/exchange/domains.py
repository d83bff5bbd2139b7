"""Domains in files: the ids of records in them are references."""

from ast import literal_eval

from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.record_names import NAME_OPERATORS
from ..tools.rule_domain import get_comodel, is_nested, parse_domain
from .references import check_reference, get_name, is_text

# Those that compare with records: others do with a text or a number.
ID_OPERATORS = {*NAME_OPERATORS, "child_of", "parent_of"}


def pack(text, model, references):
    """Return the domain ``text`` as lists, with references in place of ids.

    A domain that cannot be read, such as one on a field that is gone, is left a text.

    :param models.BaseModel model: any recordset of the model that it is on
    :param References references: for the user who packs
    :rtype: list | str
    """
    try:
        parse_domain(text, model.env)
        return _pack_items(literal_eval(text or "[]"), model, references)
    except (UserError, TypeError, ValueError):
        return text


def _pack_items(items, model, references):
    return [
        item if isinstance(item, str) else _pack_condition(item, model, references)
        for item in items
    ]


def _pack_condition(item, model, references):
    path, operator, value = item
    if _is_constant(item):
        return [path, operator, value]
    if is_nested(Domain(path, operator, value)):
        comodel = get_comodel(path, model)
        return [path, operator, _pack_items(value, comodel, references)]
    comodel = get_comodel(path, model) if operator in ID_OPERATORS else None
    return [path, operator, _pack_value(value, comodel, references)]


def _pack_value(value, comodel, references):
    if isinstance(value, (list, tuple)):
        return [_pack_value(one, comodel, references) for one in value]
    if isinstance(value, set):
        return _pack_value(sorted(value), comodel, references)
    if type(value) is int and comodel is not None:  # a bool is no id
        # Elsewhere, the id of a record that is gone here is that of another one.
        return references.describe(comodel.browse(value)) or 0
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise ValueError(value)


class Unpacked:
    """A domain of a file as this database has it.

    What is missing is in the domain by its name, as it is where somebody writes a name
    that there is not: nothing matches by it until there is one. Where several records
    have the name, all of them match.

    :raise ValueError: if it is no domain
    :raise UserError: if it is one on a field that there is not
    """

    def __init__(self, packed, model, references):
        """Read ``packed``.

        :raise ValueError: if it is no domain
        :raise UserError: if it is one on a field that there is not
        """
        self.missing = []  # of what is not here, the model and the name
        self.ambiguous = []  # of what is here more than once, the same
        self._references = references
        self.text = packed if is_text(packed) else repr(self._read(packed, model))

    def _read(self, items, model):
        if not isinstance(items, list):
            raise ValueError(items)
        return [
            item if item in ("&", "|", "!") else self._read_condition(item, model)
            for item in items
        ]

    def _read_condition(self, item, model):
        if not isinstance(item, list) or len(item) != 3:
            raise ValueError(item)
        path, operator, value = item
        if _is_constant(item):
            return tuple(item)
        if not is_text(path) or not is_text(operator):
            raise ValueError(item)
        if isinstance(value, list) and operator in ("any", "not any"):
            return path, operator, self._read(value, get_comodel(path, model))
        comodel = get_comodel(path, model)
        if isinstance(value, list):
            parts = [self._read_value(one, comodel, operator) for one in value]
            return path, operator, [one for part in parts for one in part]
        values = self._read_value(value, comodel, operator)
        if len(values) == 1:
            return path, operator, values[0]
        return path, NAME_OPERATORS.get(operator, operator), values

    def _read_value(self, value, comodel, operator):
        """Return what stands for ``value``, which can be several records."""
        if value is None or isinstance(value, (bool, int, float)) or is_text(value):
            return [value]
        if comodel is None:
            raise ValueError(value)
        check_reference(comodel, value)
        found = self._references.find(comodel, value)
        if len(found) != 1:
            known = self.ambiguous if found else self.missing
            known.append((comodel, get_name(value)))
        # Below a name would be below all that is called alike.
        is_named = not found and operator in NAME_OPERATORS
        return [get_name(value)] if is_named else found.ids


def _is_constant(item):
    """Return whether ``item`` is what all or none match."""
    return item[0] in (0, 1) and item[1] == "=" and item[2] in (0, 1)
