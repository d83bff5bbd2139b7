"""Domains in words, for those who do not read code."""

from typing import NamedTuple

from odoo.fields import Domain

# So many values are named, of the others it is said how many they are.
MAX_VALUES = 3

NEGATED = {
    "=": "!=",
    "in": "not in",
    "like": "not like",
    "ilike": "not ilike",
    "=like": "not =like",
    "=ilike": "not =ilike",
    "any": "not any",
    ">": "<=",
    ">=": "<",
}
NEGATED |= {negative: positive for positive, negative in NEGATED.items()}
NEGATIVE = {"!=", "<>", "not in"}
DATE_TYPES = {"date", "datetime"}


class FieldWords(NamedTuple):
    """What is said of the field of a condition.

    ``names`` are those of its values that are not said as they are: the labels of a
    selection, the names of records by their ids. ``nested`` says the field of a path
    from there on, for domains that are nested.
    """

    label: str
    type: str = "char"
    names: dict = {}
    nested: object = None


def put_in_words(
    domain, env, get_field, max_values=MAX_VALUES, say_number="{:g}".format
):
    """Return what ``domain`` says in words; nothing if it says nothing.

    :param Domain domain: as it was written, not optimized
    :param api.Environment env: whose ``_`` translates
    :param get_field: a function that returns the :class:`FieldWords` of a path
    :param int max_values: so many values of a condition are named
    :param say_number: a function that returns a number in words
    :rtype: str
    """
    if domain.is_true():
        return ""
    return _Words(env, get_field, max_values, say_number).say(domain)


class _Words:
    """The grammar: a node of the domain, a condition, an operator, a value."""

    def __init__(self, env, get_field, max_values, say_number):
        self.env = env
        self.get_field = get_field
        self.max_values = max_values
        self.say_number = say_number

    def say(self, node):
        """Return what a node of a domain says."""
        if node.is_false():
            return self.env._("never")
        if node.is_true():
            return self.env._("always")
        if hasattr(node, "field_expr"):
            return self._say_condition(node.field_expr, node.operator, node.value)
        if node.OPERATOR == "!":
            return self._say_not(node.child)
        parts = [self._say_part(child) for child in node.children]
        word = self.env._("and") if node.OPERATOR == "&" else self.env._("or")
        return f" {word} ".join(parts)

    def _say_part(self, node):
        return f"({self.say(node)})" if hasattr(node, "children") else self.say(node)

    def _say_not(self, node):
        operator = NEGATED.get(getattr(node, "operator", None))
        if operator:
            return self._say_condition(node.field_expr, operator, node.value)
        return self.env._("not (%s)", self.say(node))

    def _say_condition(self, path, operator, value):
        field = self.get_field(path)
        if operator in ("any", "not any"):
            nested = Domain(value), self.env, field.nested
            inner = put_in_words(*nested, self.max_values, self.say_number)
            if operator == "any":
                return f"{field.label} ({inner})"
            return self.env._(
                "no %(field)s (%(inner)s)", field=field.label, inner=inner
            )
        operator, value = _spell_out_pattern(operator, value)
        if _is_nothing(value) and field.type != "boolean":
            return f"{field.label} {self._say_nothing(operator)}"
        values = self._say_values(field, value)
        return f"{field.label} {self._say_operator(operator, field.type)} {values}"

    def _say_nothing(self, operator):
        is_set = operator in NEGATIVE
        return self.env._("is set") if is_set else self.env._("is not set")

    def _say_operator(self, operator, field_type):
        words = {
            "!=": self.env._("is not"),
            "<>": self.env._("is not"),
            "not in": self.env._("is not"),
            ">": self.env._("is more than"),
            ">=": self.env._("is at least"),
            "<": self.env._("is less than"),
            "<=": self.env._("is at most"),
            "contains": self.env._("contains"),
            "not contains": self.env._("does not contain"),
            "starts": self.env._("starts with"),
            "not starts": self.env._("does not start with"),
            "ends": self.env._("ends with"),
            "not ends": self.env._("does not end with"),
            "child_of": self.env._("is, or is under,"),
            "parent_of": self.env._("is, or is above,"),
        }
        if field_type in DATE_TYPES:
            words |= {
                ">": self.env._("is after"),
                ">=": self.env._("is from"),
                "<": self.env._("is before"),
                "<=": self.env._("is until"),
            }
        return words.get(operator) or self.env._("is")

    def _say_values(self, field, value):
        values = list(value) if isinstance(value, list | tuple | set) else [value]
        texts = [self._say_value(field, one) for one in values[: self.max_values]]
        if len(values) > self.max_values:
            texts.append(self.env._("%s more", len(values) - self.max_values))
        if len(texts) < 2:
            return texts[0] if texts else self.env._("nothing")
        *first, last = texts
        return self.env._("%(first)s or %(last)s", first=", ".join(first), last=last)

    def _say_value(self, field, value):
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if value is False or value is None:
            return self.env._("nothing")
        if value in field.names:
            return field.names[value]
        if isinstance(value, float):
            return self.say_number(value)
        if isinstance(value, str):
            return self.env._("“%(value)s”", value=value)
        return str(value)


def _is_nothing(value):
    return value is False or value is None or value == ""


def _spell_out_pattern(operator, value):
    """Return what a comparison with a pattern is, and the text that it looks for."""
    if not operator.endswith("like") or not isinstance(value, str):
        return operator, value
    start, text, end = "%", value, "%"
    if "=" in operator:
        start, end = value[:1] == "%", value[-1:] == "%"
        text = value[bool(start) : len(value) - bool(end)]
    kind = {
        (True, True): "contains",
        (True, False): "ends",
        (False, True): "starts",
        (False, False): "=",
    }[bool(start), bool(end)]
    if operator.startswith("not"):
        kind = "!=" if kind == "=" else f"not {kind}"
    return kind, text
