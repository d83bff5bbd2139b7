"""Names of records in domains, in place of their ids."""

from odoo.fields import Domain

from .rule_domain import (
    get_last,
    get_values,
    is_nested,
    iter_plain,
    parse_domain,
)

NAME_OPERATORS = {
    "=": "in",
    "in": "in",
    "!=": "not in",
    "<>": "not in",
    "not in": "not in",
}


def name_records(text, model, unknown=None):
    """Return the domain ``text`` with ids in place of names, where records have these.

    :param str text: see :func:`.rule_domain.parse_domain`; it stays if it names none
    :param models.BaseModel model: any recordset of the model
    :param list unknown: receives ``(field label, text)`` of texts that name no record
    :rtype: str
    """
    domain = parse_domain(text, model.env)
    named = resolve_names(domain, model, [] if unknown is None else unknown)
    return text if repr(named) == repr(domain) else repr(named)


def resolve_names(domain, model, unknown=None):
    """Replace record names in ``domain`` by the ids of the records so called.

    Core compares a relation with a text through the display name, which for some
    models means more than the name (the first letters of a country, say). Here a
    text stands for the records whose name, or other key that one searches them by, or
    else whose display name is exactly it, in the language of ``model``'s environment.

    :param Domain domain: a domain on ``model``
    :param models.BaseModel model: any recordset of the model
    :param list unknown: receives ``(field label, text)`` of texts that name no record,
        which are then kept; by default they are left out and match nothing
    :rtype: Domain
    :raise UserError: see :func:`.rule_domain.iter_fields`
    """

    def resolve(condition):
        field, comodel = get_last(condition, model)
        if is_nested(condition):
            nested = resolve_names(Domain(condition.value), comodel, unknown)
            return Domain(condition.field_expr, condition.operator, nested)
        is_name = comodel is not None and condition.operator in NAME_OPERATORS
        texts = _get_texts(condition) if is_name else []
        if not texts:
            return condition
        found = _find_by_name(comodel, texts)
        kept = []
        if unknown is not None:
            kept = [text for text in texts if text not in found]
            label = field.get_description(model.env, ["string"])["string"]
            unknown.extend((label, text) for text in kept)
        return _replace_names(condition, texts, kept, found)

    return domain.map_conditions(resolve)


def add_page_copies(domain, model):
    """Have ``domain`` take the copies of a page for the page that it names by its id.

    :param Domain domain: a domain on ``model``, without names
    :param models.BaseModel model: any recordset of the model
    :rtype: Domain
    """

    def add(condition):
        _field, comodel = get_last(condition, model)
        path, operator = condition.field_expr, condition.operator
        if is_nested(condition):
            nested = add_page_copies(Domain(condition.value), comodel)
            return Domain(path, operator, nested)
        is_page = comodel is not None and comodel._name == "website.page"
        if not is_page or operator not in NAME_OPERATORS:
            return condition
        values = get_values(condition)
        ids = [value for value in values if type(value) is int]  # a bool is no id
        others = [value for value in values if type(value) is not int]
        copies = comodel.browse(ids)._with_copies()
        return Domain(path, NAME_OPERATORS[operator], [*others, *copies.ids])

    return domain.map_conditions(add)


def compares_names(domain, model):
    """Return whether what ``domain`` matches depends on the language of names."""
    return any(
        _get_texts(condition)
        for condition, field, comodel in iter_plain(domain, model)
        if comodel is not None or field.name == "display_name" or field.translate
    )


def _get_texts(condition):
    return [value for value in get_values(condition) if isinstance(value, str)]


def _replace_names(condition, texts, kept, found):
    """Return ``condition`` with ids for ``texts``, but for those that are ``kept``."""
    ids = sorted({id_ for text in texts for id_ in found.get(text, ())})
    if not ids and kept:
        return condition
    if isinstance(condition.value, str) and len(ids) == 1:
        return Domain(condition.field_expr, condition.operator, ids[0])
    others = [value for value in get_values(condition) if not isinstance(value, str)]
    operator = NAME_OPERATORS[condition.operator]
    return Domain(condition.field_expr, operator, [*others, *ids, *kept])


def _find_by_name(model, texts):
    """Return ``{text: ids}`` of the records of ``model`` that each text names."""
    found = {}
    records = model.with_context(active_test=False)
    for name in _name_fields(model):
        for record in records.search_fetch(Domain(name, "in", texts), [name]):
            # A field may be shorter than the text: core then compares its beginning.
            if record[name] in texts:
                found.setdefault(record[name], set()).add(record.id)
    if rest := set(texts) - found.keys():
        # The search by display name may find more than what is so displayed.
        for record in records.search(Domain("display_name", "in", sorted(rest))):
            if record.display_name in rest:
                found.setdefault(record.display_name, set()).add(record.id)
    return found


def _name_fields(model):
    names = [model._rec_name, *(model._rec_names_search or ())]
    return [
        name
        for name in dict.fromkeys(names)
        if (field := model._fields.get(name)) and field.type == "char" and field.store
    ]
