"""What rules look at, in words: for lists, where nobody wants to open each rule."""

from functools import partial

from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.domain_words import MAX_VALUES, FieldWords, put_in_words
from ..tools.numbers import say_number
from ..tools.rule_domain import (
    follow,
    get_last,
    get_values,
    iter_fields,
    iter_plain,
    parse_domain,
)

# The address of a page that a lead saw.
URL_FIELDS = {"website.crm.pageview.url", "website.crm.url.url"}


def describe(rules):
    """Return what each of ``rules`` looks at, in words.

    :rtype: dict[models.BaseModel, str]
    """
    words = DomainReader(rules.env)
    domains = {
        rule: words.parse(rule.domain, rule._get_owners(rule.apply_to))
        for rule in rules
    }
    return {rule: _describe_one(rule, domains[rule], words) for rule in rules}


def _describe_one(rule, domain, words):
    who = rule.domain
    if domain is not None:
        who = words.say(domain, rule._get_owners(rule.apply_to))
    if rule.rule_type != "event":
        return who or _get_everybody(rule)
    parts = [rule._get_source()._describe(rule), *_describe_limits(rule)]
    if who:
        parts.append(rule.env._("only if %s", who))
    return ", ".join(parts)


def _get_everybody(rule):
    if rule.apply_to == "partner":
        return rule.env._("All contacts")
    return rule.env._("All leads")


def _describe_limits(rule):
    limits = []
    if rule.min_count > 1:
        limits.append(rule.env._("at least %s times", rule.min_count))
    if rule.max_count == 1:
        limits.append(rule.env._("once"))
    elif rule.max_count:
        limits.append(rule.env._("at most %s times", rule.max_count))
    if rule.max_points == 1:
        limits.append(rule.env._("at most one point"))
    elif rule.max_points:
        points = say_number(rule.env, rule.max_points)
        limits.append(rule.env._("at most %s points", points))
    return limits + _describe_days(rule)


def _describe_days(rule):
    """Return how long the points of a rule count, in words, if there is an end."""
    days = rule.valid_days
    if not days:
        return []
    if rule.is_fading:
        many = rule.env._("fading within %s days", days)
        return [many if days > 1 else rule.env._("fading within a day")]
    return [rule.env._("for %s days", days) if days > 1 else rule.env._("for a day")]


def find_untracked_address(rule):
    """Return the first part of an address that the domain of ``rule`` looks for, and
    that no tracked page has; None if there is none.

    :rtype: str | None
    """
    owners = rule._get_owners(rule.apply_to)
    domain = DomainReader(rule.env).parse(rule.domain, owners)
    for condition in domain.iter_conditions() if domain is not None else ():
        pattern = _get_pattern(condition)
        if pattern and str(get_last(condition, owners)[0]) in URL_FIELDS:
            if not rule.env["website.crm.url"]._is_tracked(
                SQL("known.url ILIKE %s", pattern)
            ):
                return condition.value
    return None


def _get_pattern(condition):
    """Return the pattern of the texts that ``condition`` looks for, if it does."""
    if not isinstance(condition.value, str):
        return None
    if condition.operator in ("like", "ilike"):
        return f"%{condition.value}%"
    is_whole = condition.operator in ("=", "=like", "=ilike")
    return condition.value if is_whole else None


class DomainReader:
    """Knows what the fields and records of domains are called.

    The records of all domains that were parsed are asked for at once, model by model.
    What the user may not read has no name.

    :param int max_values: so many values of a condition are named
    """

    def __init__(self, env, max_values=MAX_VALUES):
        self.env = env
        self.max_values = max_values
        self.ids = {}
        self.names = {}

    def parse(self, text, model):
        """Return the domain that ``text`` spells, None if it cannot be read.

        :param models.BaseModel model: what it is a domain on
        :rtype: Domain | None
        """
        try:
            domain = parse_domain(text, self.env)
            list(iter_fields(domain, model))  # it raises where there is no such field
            self._note(domain, model)
        except (AttributeError, UserError, TypeError, ValueError):
            return None
        return domain

    def say(self, domain, model):
        """Return what a domain that was parsed says."""
        fields = self._get_fields_of(model)
        say = partial(say_number, self.env, digits=6)
        return put_in_words(domain, self.env, fields, self.max_values, say)

    def _note(self, domain, model):
        """Note the records that ``domain`` names by their ids."""
        for condition, _field, comodel in iter_plain(domain, model):
            if comodel is not None:
                values = get_values(condition)
                ids = {one for one in values if type(one) is int}  # a bool is no id
                self.ids.setdefault(comodel._name, set()).update(ids)

    def _get_fields_of(self, model):
        def get_field(path):
            steps = list(follow(path, model))
            field, comodel = steps[-1]
            labels = [one._description_string(self.env) for one, _model in steps]
            return FieldWords(
                label=" › ".join(labels),
                type=field.type,
                names=self._get_names(field, comodel),
                nested=comodel is not None and self._get_fields_of(comodel),
            )

        return get_field

    def _get_names(self, field, comodel):
        if field.type == "selection":
            return dict(field._description_selection(self.env))
        if comodel is None:
            return {}
        if comodel._name not in self.names:
            self.names[comodel._name] = self._find_names(comodel)
        return self.names[comodel._name]

    def _find_names(self, model):
        ids = self.ids.get(model._name, set())
        found = model
        if ids and model.has_access("read"):
            domain = [("id", "in", list(ids))]
            found = model.with_context(active_test=False).search(domain)
        unknown = dict.fromkeys(ids, self.env._("a record that you cannot see"))
        return unknown | {record.id: record.display_name for record in found}
