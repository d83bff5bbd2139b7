"""Domains of scoring rules: read them from text, follow their fields, try them."""

from ast import literal_eval

from psycopg2.errors import QueryCanceled

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .attempt import attempt

# Longer texts are not rules that somebody wrote, and cost seconds to parse.
MAX_LENGTH = 32_000
# Each step is a join: more than these are no rules either, and cost seconds to plan.
MAX_STEPS = 8
# Many short paths can cost as much together: what takes so long to plan is refused.
MAX_PLANNING_SECONDS = 5


def parse_domain(text, env):
    """Return the domain that ``text`` spells as a literal list.

    :param str text: a list of conditions, each a list or a tuple; empty for all
    :param api.Environment env: for messages
    :rtype: Domain
    :raise UserError: if it is too long or not a literal domain
    """
    text = (text or "[]").strip()
    if len(text) > MAX_LENGTH:
        raise UserError(env._("it is longer than %s characters", MAX_LENGTH))
    try:
        items = literal_eval(text)
    except (SyntaxError, TypeError, ValueError, MemoryError, RecursionError) as error:
        raise UserError(
            env._("it must be a list of conditions with plain values, without code")
        ) from error
    if not isinstance(items, list):
        raise UserError(env._("it is not a list of conditions"))
    try:
        domain = Domain(items)
        steps = _count_steps(domain)
    except (TypeError, ValueError) as error:
        raise UserError(env._("it is malformed: %s", error)) from error
    if steps > MAX_STEPS:
        raise UserError(
            env._("it follows more than %s fields one after another", MAX_STEPS)
        )
    return domain


def _count_steps(domain):
    """Return how many fields ``domain`` follows at most, those of nested ones too."""
    return max(
        (
            len(condition.field_expr.split("."))
            + (_count_steps(Domain(condition.value)) if is_nested(condition) else 0)
            for condition in domain.iter_conditions()
        ),
        default=0,
    )


def is_nested(condition):
    """Return whether ``condition`` is one on records that match a domain."""
    return condition.operator in ("any", "not any")


def find_domain_error(text, reader):
    """Return why the domain that ``text`` spells cannot be searched, or None.

    No record is looked at, but PostgreSQL reads and plans the query, as it does when
    the domain is used. Whoever keeps domains as text can have them tried by this when
    they are saved.

    :param str text: see :func:`parse_domain`
    :param models.BaseModel reader: any recordset of the model, in the environment in
        which the domain will be read
    :return: the first line of what is wrong, in the language of ``reader``
    :rtype: str | None
    """

    def compile_domain():
        domain = parse_domain(text, reader.env)
        list(iter_fields(domain, reader))  # it raises where there is no such field
        return reader._search(domain).select()

    return find_query_error(reader.env, compile_domain)


def find_query_error(env, compile_query, on_data=False):
    """Return why a query cannot be run, or None.

    Without ``EXPLAIN``: of many joins, it names each one's columns in a time that
    doubles with some more of them, in which PostgreSQL can not even be stopped.

    :param callable compile_query: returns the query, as SQL, or raises why not
    :param bool on_data: whether to run it, too; by default it is only planned, and
        that within a time
    :rtype: str | None
    """
    env.flush_all()  # or what a field's search writes down would be rolled back
    # Fields may be searched by any code.
    with attempt(env.cr, flush=False, keeps=False) as outcome:
        _try_query(env.cr, compile_query(), on_data)
    if isinstance(outcome.error, QueryCanceled) and not on_data:
        return env._("it takes more than %s seconds to plan", MAX_PLANNING_SECONDS)
    return outcome.error and describe_error(outcome.error)


def _try_query(cr, query, on_data):
    """Plan ``query``, or run it; the caller rolls back, and so ends the settings.

    Without compiling it: where there are many records, PostgreSQL would spend seconds
    on that, even for a query that is not run, and cannot be stopped meanwhile.
    """
    cr.execute("SELECT set_config('jit', 'off', true)")
    if not on_data:
        seconds = f"{MAX_PLANNING_SECONDS}s"
        cr.execute(SQL("SELECT set_config('statement_timeout', %s, true)", seconds))
    limit = SQL() if on_data else SQL("LIMIT 0")
    tried = SQL(
        "WITH tried AS MATERIALIZED (%s) SELECT count(*) FROM tried %s", query, limit
    )
    cr.execute(tried, log_exceptions=False)


def describe_error(error):
    """Return the first line of ``error`` as a text that can be stored.

    :rtype: str
    """
    text = str(error).replace("\0", "").strip()
    return text.split("\n")[0] or type(error).__name__


def iter_fields(domain, model):
    """Yield the fields that the conditions of ``domain`` look at, nested ones too.

    :param Domain domain: a domain on ``model``
    :param models.BaseModel model: any recordset of the model
    :raise UserError: if a field does not exist or cannot be searched
    """
    for condition in domain.iter_conditions():
        steps = list(follow(condition.field_expr, model))
        yield from (field for field, _comodel in steps)
        if is_nested(condition):
            _field, comodel = steps[-1]
            yield from iter_fields(Domain(condition.value), comodel)


def iter_plain(domain, model):
    """Yield the conditions that are not nested, and those in nested ones, each with the
    last field of its path and the model that it leads to."""
    for condition in domain.iter_conditions():
        field, comodel = get_last(condition, model)
        if is_nested(condition):
            yield from iter_plain(Domain(condition.value), comodel)
        else:
            yield condition, field, comodel


def get_last(condition, model):
    """Return the last field of a condition's path, and the model it leads to."""
    *_path, last = follow(condition.field_expr, model)
    return last


def get_values(condition):
    """Return the values that a condition compares with, one or more, as a list."""
    value = condition.value
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


def may_read(field, env):
    """Return whether the user may read a field, and records of its model."""
    model = env[field.model_name]
    return model.has_access("read") and model._has_field_access(field, "read")


def get_comodel(path, model):
    """Return the model of the records that a condition on ``path`` compares with by
    their ids, or None.

    :param models.BaseModel model: any recordset of the model that the path begins at
    :raise UserError: see :func:`iter_fields`
    """
    for field, comodel in follow(path, model):
        if field.name == "id":
            return model
        model = comodel
    return model


def follow(path, model):
    """Yield each field of ``path`` with the model that it leads to, or None."""
    for name in path.split("."):
        if model is None:  # part of a date, or a property
            return
        field = model._fields.get(name)
        if field is None or not field._description_searchable:
            raise UserError(
                model.env._(
                    "“%(field)s” is no field of “%(model)s” that can be searched",
                    field=name,
                    model=model.env["ir.model"]._get(model._name).name or model._name,
                )
            )
        model = model.env[field.comodel_name] if field.relational else None
        yield field, model
