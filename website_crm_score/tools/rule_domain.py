"""Domains of scoring rules: read them from text, resolve the names in them."""

from ast import literal_eval

from odoo.fields import Domain

# Longer texts are not rules that somebody wrote, and cost seconds to parse.
MAX_LENGTH = 32_000

NAME_OPERATORS = {"=": "in", "in": "in", "!=": "not in", "<>": "not in"} | {
    "not in": "not in"
}


def parse_domain(text):
    """Return the domain that ``text`` spells as a literal list.

    :param str text: a list of conditions, each a list or a tuple; empty for all
    :rtype: Domain
    :raise ValueError: if it is too long or not a literal domain
    """
    text = (text or "[]").strip()
    if len(text) > MAX_LENGTH:
        raise ValueError(f"longer than {MAX_LENGTH} characters")
    try:
        items = literal_eval(text)
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(items, list):
        raise ValueError(f"{text!r} is not a list")
    return Domain(items)


def iter_conditions(domain, model):
    """Yield ``(model, field names, condition)`` of each condition, nested ones too.

    :param Domain domain: a domain on ``model``
    :param models.BaseModel model: any recordset of the model
    """
    for condition in domain.iter_conditions():
        names, comodel, _field = _follow(condition.field_expr, model)
        yield model, names, condition
        if condition.operator in ("any", "not any"):
            yield from iter_conditions(Domain(condition.value), comodel)


def resolve_names(domain, model, unknown=None):
    """Replace record names in ``domain`` by the ids of the records so called.

    Core compares a relation with a text through the display name, which for some
    models means more than the name (the first letters of a country, say). Here a
    text stands for the records whose name, or other key that one searches them by,
    is exactly it, in the language of ``model``'s environment.

    :param Domain domain: a domain on ``model``
    :param models.BaseModel model: any recordset of the model
    :param list unknown: receives ``(field label, text)`` of texts that name no record
    :rtype: Domain
    """

    def resolve(condition):
        _names, comodel, field = _follow(condition.field_expr, model)
        operator, value = condition.operator, condition.value
        if operator in ("any", "not any"):
            nested = resolve_names(Domain(value), comodel, unknown)
            return Domain(condition.field_expr, operator, nested)
        if comodel is None or operator not in NAME_OPERATORS:
            return condition
        values = [value] if isinstance(value, (str, bool, int)) else list(value)
        texts = [text for text in values if isinstance(text, str)]
        if not texts:
            return condition
        others = [other for other in values if not isinstance(other, str)]
        found = _find_by_name(comodel, texts)
        if unknown is not None:
            label = field.get_description(model.env, ["string"])["string"]
            unknown += [(label, text) for text in texts if text not in found]
        ids = others + [id_ for ids in found.values() for id_ in ids]
        return Domain(condition.field_expr, NAME_OPERATORS[operator], ids)

    return domain.map_conditions(resolve)


def _follow(path, model):
    """Return the field names of ``path``, the last comodel (or None) and field."""
    names, comodel, field = path.split("."), model, None
    for name in names:
        if comodel is None:  # a date part or a property, behind a plain field
            break
        field = comodel._fields.get(name)
        if field is None:
            raise ValueError(f"Invalid field {comodel._name}.{name}")
        comodel = model.env[field.comodel_name] if field.relational else None
    return names, comodel, field


def _find_by_name(model, texts):
    """Return ``{text: ids}`` of the records of ``model`` that each text names."""
    found = {}
    records = model.with_context(active_test=False)
    for name in _name_fields(model):
        for record in records.search_fetch(Domain(name, "in", texts), [name]):
            found.setdefault(record[name], []).append(record.id)
    return found


def _name_fields(model):
    names = [model._rec_name, *(model._rec_names_search or ())]
    return [
        name
        for name in dict.fromkeys(names)
        if (field := model._fields.get(name)) and field.type == "char" and field.store
    ]
