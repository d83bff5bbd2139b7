"""Records as files name them: by their external id, or by what they are called, so that
another database knows them."""

import re

from odoo.fields import Domain

XML_ID = "xml_id"
DISPLAY_NAME = "display_name"
# Deeper than any tree of categories: a file may be made by anybody.
MAX_DEPTH = 20


class References:
    """Says how records are named, and finds those that are, of those that the user may
    read.

    A reference has the external id of a record, if it has one that is not of an import
    or an export alone; and by key what it is called, of so many keys as it takes to
    tell it from others: ``{"name": "Shoes", "parent_id": {"name": "Women"}}``.
    """

    def __init__(self, env):
        self.env = env
        self._known = {}

    def describe(self, record):
        """Return the reference of ``record``; None if it is none that can be read.

        Names are those that are not translated: of all databases, all have these.

        :rtype: dict | None
        """
        record = record.with_env(self.env).with_context(active_test=False, lang=None)
        if record not in self._known:
            is_readable = record.exists()._filtered_access("read")
            self._known[record] = self._describe(record) if is_readable else None
        return self._known[record]

    def _describe(self, record):
        xml_id, names = _get_xml_id(record), {}
        for key in get_keys(record):
            names[key] = self._get_value(record, key)
            if len(self._find_by_name(record, names)) == 1:
                break
        return {XML_ID: xml_id, **names} if xml_id else names

    def _get_value(self, record, key):
        value = record[key]
        is_link = record._fields[key].type == "many2one"
        return (self.describe(value) if is_link and value else value) or None

    def find(self, model, reference):
        """Return the records that ``reference`` means: none if they are missing,
        several if it does not say which one.

        :param models.BaseModel model: any recordset of the model
        :param dict reference: see :func:`check_reference`
        """
        model = model.with_env(self.env).browse().with_context(active_test=False)
        if not model.has_access("read"):
            return model
        if found := self._find_by_xml_id(model, reference.get(XML_ID)):
            return found
        names = {key: reference[key] for key in reference if key != XML_ID}
        for lang in (None, self.env.lang):
            if found := self._find_by_name(model.with_context(lang=lang), names):
                return found.with_env(self.env)
        return model

    def _find_by_xml_id(self, model, xml_id):
        record = xml_id and self.env.ref(xml_id, raise_if_not_found=False)
        if not record or record._name != model._name:
            return model
        return model.search(Domain("id", "=", record.id)).with_env(self.env)

    def _find_by_name(self, model, names):
        """Return the records of ``model`` that are called by all of ``names``."""
        if not any(names.values()):
            return model.browse()
        shown = names.get(DISPLAY_NAME)
        domain = Domain.AND(
            self._get_condition(model, key, names[key])
            for key in names
            if key != DISPLAY_NAME or len(names) == 1
        )
        # A page of any website; core looks for those of the present one.
        found = model.with_context(website_id=False).search(domain)
        return found.filtered(lambda one: not shown or one.display_name == shown)

    def _get_condition(self, model, key, value):
        if value and model._fields[key].type == "many2one":
            linked = self.find(model.env[model._fields[key].comodel_name], value)
            return Domain(key, "in", linked.ids)
        return Domain(key, "=", value or False)


def get_keys(model):
    """Return by which fields a record of ``model`` is known, the first ones first.

    :rtype: list[str]
    """
    rules = model.env["website.crm.score"]
    if keys := rules._get_reference_keys().get(model._name):
        return keys
    name = model._fields.get(model._rec_name)
    parent = model._fields.get(model._parent_name)
    keys = [name.name] if name and name._description_searchable else []
    if parent and parent.comodel_name == model._name:
        keys.append(parent.name)
    return [*keys, DISPLAY_NAME]


def get_name(reference):
    """Return what people call the record of ``reference``.

    :rtype: str
    """
    names = [
        get_name(value) if isinstance(value, dict) else value
        for key, value in reference.items()
        if key != XML_ID and value
    ]
    return " / ".join(reversed(names)) or reference.get(XML_ID) or ""


def check_reference(model, reference, depth=0):
    """Check that ``reference``, of whatever origin, is one to a record of ``model``.

    :raise ValueError: if it is not
    """
    if not isinstance(reference, dict) or not reference or depth > MAX_DEPTH:
        raise ValueError(reference)
    keys = {XML_ID, *get_keys(model)}
    for key, value in reference.items():
        field = key in keys and model._fields.get(key)
        if key == XML_ID:
            is_right = isinstance(value, str) and re.fullmatch(r"\w+\.[\w.-]+", value)
        elif field and field.type == "many2one" and value is not None:
            check_reference(model.env[field.comodel_name], value, depth + 1)
            is_right = True
        else:
            is_right = field and (value is None or is_text(value))
        if not is_right:
            raise ValueError(reference)


def is_text(value):
    """Return whether ``value`` is a text that PostgreSQL can store."""
    return isinstance(value, str) and "\0" not in value


def _get_xml_id(record):
    """Return the external id of ``record`` that an addon gave it, or None."""
    xml_ids = record._get_external_ids()[record.id]
    return min((xml_id for xml_id in xml_ids if xml_id[:2] != "__"), default=None)
