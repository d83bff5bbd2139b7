"""What a rule of a file is in this database, and what of it is not here."""

from pytz import all_timezones_set

from odoo.exceptions import UserError

from .domains import Unpacked
from .references import References, check_reference, get_name, is_text

LARGEST = 2**31 - 1


class RuleReader:
    """Reads rules of a file, which may be made by anybody: nothing is taken from it but
    values of the right type of the fields by which rules are known."""

    def __init__(self, env):
        self.env = env
        self._rules = env["website.crm.score"]
        self._references = References(env)
        self._langs = {code for code, _name in env["res.lang"].get_installed()}

    def read_rule(self, item, number):
        """Return what the rule ``item`` is here.

        :param dict item: of the file
        :param int number: the place of it in the file, for messages
        :rtype: ReadRule
        :raise UserError: if it is no rule
        """
        read = ReadRule(self._get_title(item, number))
        kind = item.get("rule_type", "domain"), item.get("event_type")
        if not self._rules._knows_event(*kind):
            read.error = self.env._(
                "The event “%s” is not known here: the app that it comes from is not "
                "installed.",
                item.get("event_type"),
            )
            return read
        names = self._rules._get_exchanged_fields(*kind)
        if unknown := item.keys() - names:
            raise self._fail(read, ", ".join(sorted(unknown)))
        for name in sorted(item):
            try:
                self._read_field(read, name, item)
            except (ValueError, RecursionError) as error:
                raise self._fail(read, name) from error
            except UserError as error:  # of a domain: this one cannot be searched here
                read.error = str(error)
        self._settle_page(read)
        self._settle_reader(read)
        return read

    def _get_title(self, item, number):
        name = item.get("name")
        name = name.get("en_US") if isinstance(name, dict) else name
        return name if name and is_text(name) else self.env._("Rule %s", number)

    def _fail(self, read, name):
        return UserError(
            self.env._(
                "“%(field)s” of the rule “%(rule)s” cannot be read.",
                field=name,
                rule=read.title,
            )
        )

    def _read_field(self, read, name, item):
        field, value = self._rules._fields[name], item[name]
        if name == "domain":
            self._read_domain(read, value, item.get("apply_to", "lead"))
        elif field.translate:
            self._read_translated(read, name, value)
        elif field.type in ("many2one", "many2many"):
            self._read_records(read, field, value)
        else:
            read.values[name] = self._read_value(field, value)

    def _read_value(self, field, value):
        is_missing = field.required and value is None
        if is_missing or not _is_of_type(field, value, self.env):
            raise ValueError(value)
        return False if value is None else value

    def _read_translated(self, read, name, value):
        texts = value if isinstance(value, dict) else {"en_US": value}
        if not is_text(texts.get("en_US")) or not all(map(is_text, texts.values())):
            raise ValueError(value)
        read.values[name] = texts["en_US"]
        if len(texts) > 1:
            known = texts.keys() & self._langs
            read.translations[name] = {lang: texts[lang] for lang in known}

    def _read_domain(self, read, value, apply_to):
        if apply_to not in dict(self._rules._fields["apply_to"].selection):
            raise ValueError(apply_to)
        owners = self._rules._get_owners(apply_to)
        unpacked = Unpacked(value, owners, self._references)
        read.values["domain"] = unpacked.text
        for model, name in unpacked.missing:
            read.problems.append(
                self.env._(
                    "%(model)s “%(name)s” is not here: nothing matches by it.",
                    model=self._get_label(model),
                    name=name,
                )
            )
        for model, name in unpacked.ambiguous:
            read.problems.append(
                self.env._(
                    "%(model)s “%(name)s” is here more than once: all of them match.",
                    model=self._get_label(model),
                    name=name,
                )
            )

    def _read_records(self, read, field, value):
        many = field.type == "many2many"
        if many and not isinstance(value, list):
            raise ValueError(value)
        references = value if many else [value] if value is not None else []
        model, ids = self.env[field.comodel_name], []
        for reference in references:
            check_reference(model, reference)
            found = self._references.find(model, reference)
            if len(found) == 1:
                ids += found.ids
            else:
                read.gaps[field.name] = reference
                read.problems.append(self._describe_gap(field, reference, found))
        read.values[field.name] = [(6, 0, ids)] if many else ids[0] if ids else False

    def _describe_gap(self, field, reference, found):
        options = {
            "field": field.get_description(self.env, ["string"])["string"],
            "name": get_name(reference),
        }
        if found:
            return self.env._(
                "%(field)s: “%(name)s” is here more than once, and is left out.",
                **options,
            )
        return self.env._(
            "%(field)s: “%(name)s” is not here, and is left out.", **options
        )

    def _get_label(self, model):
        # sudo: what a model is called is no secret
        return self.env["ir.model"].sudo()._get(model._name).name

    def _settle_page(self, read):
        """Have visits of the address of a page count where there is no such page."""
        values = read.values
        if values.get("page_match") != "page" or values.get("page_id"):
            return
        page = read.gaps.pop("page_id", {})
        url = page.get("url") or values.get("page_path")
        key = values.get("page_key")
        if url and not self.env["website.page"]._find_same(key, url):
            values.update(
                page_match="is", page_url=url, page_key=False, page_path=False
            )
            read.problems.append(
                self.env._("Visits of the address %s count in its stead.", url)
            )
        elif url:
            values["page_path"] = url

    def _settle_reader(self, read):
        """Have the domain read as the user reads who imports it, where nobody here
        reads as its author did."""
        for name, known in (("lang", self._langs), ("tz", all_timezones_set)):
            if read.values.get(name) not in known:
                read.values.pop(name, None)


class ReadRule:
    """What a rule of a file is here."""

    def __init__(self, title):
        self.title = title
        self.values = {}  # by field
        self.translations = {}  # texts by language, by field
        self.problems = []  # what of it is not here, in words
        self.gaps = {}  # the reference of what is not here, by field
        self.error = None  # why it cannot be made
        self.is_known = False  # whether there is such a rule already


def _is_of_type(field, value, env):
    if field.type == "boolean":
        return isinstance(value, bool)
    if field.type == "integer":
        return type(value) is int and abs(value) <= LARGEST
    if field.type == "float":
        return type(value) in (int, float) and abs(value) <= LARGEST
    if value is None:
        return True
    if field.type == "selection":
        return is_text(value) and value in field.get_values(env)
    return is_text(value)
