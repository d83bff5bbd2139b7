"""Many records are added at once, as ``create`` adds them where nothing listens.

Odoo's own keeps each new record in memory and looks for what depends on it. Of what an
assignment logs, and of who follows its leads from then on, nobody asks for that.
"""

from functools import cache

from odoo import Command
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tools import SQL

from odoo.addons.website_crm_score.tools.overrides import list_strangers

# What Odoo calls to add a record, and whose code does nothing but what is done here
METHODS = ("create", "_create", "_prepare_create_values", "_validate_fields")
METHODS += ("modified",)
KNOWN = (
    "odoo.orm.models",
    "odoo.addons.mail.models.mail_message",
    "odoo.addons.mail.models.mail_followers",
    "odoo.addons.mail.models.mail_notification",
    "odoo.addons.crm_team_assign.models.mail_message",
    "odoo.addons.crm_team_assign.models.mail_followers",
)
# Of the message that a rating points to: no rating points to one that is new.
NOT_OF_NEW = ("rating.rating.is_internal",)


def is_plain(model):
    """Return whether nothing happens when records are added but what Odoo's own code
    does: no addon or automation rule hears of it, nothing stored is computed from it.
    """
    return not (
        model._constraint_methods
        or any(list_strangers(model, METHODS, KNOWN))
        or any(field.store and field.compute for field in model._fields.values())
        or any(_list_stored_dependents(model))
    )


def _list_stored_dependents(model):
    for field in model._fields.values():
        for other in model.pool.get_dependent_fields(field):
            if other.store and other.compute and str(other) not in NOT_OF_NEW:
                yield other


def can_add(model, vals_list):
    """Return whether :func:`add` does for these values what ``create`` does."""
    return (
        bool(model.env.su and vals_list)
        and all(_is_simple(model, vals) for vals in vals_list)
        and is_plain(model)
    )


def _is_simple(model, vals):
    values = ((model._fields[name], value) for name, value in vals.items())
    return vals.keys().isdisjoint(LOG_ACCESS_COLUMNS) and all(
        field.column_type or not value or _get_set_ids(field, value) is not None
        for field, value in values
    )


def _get_set_ids(field, commands):
    """Return the ids that ``commands`` link a new record to, None if they do more."""
    if field.type != "many2many":
        return None
    if all(command[0] == Command.LINK for command in commands):
        return [command[1] for command in commands]
    if len(commands) == 1 and commands[0][0] == Command.SET:
        return commands[0][2]
    return None


def create(model, vals_list):
    """Create records, at once where :func:`can_add` says so."""
    if can_add(model, vals_list):
        return add(model, vals_list)
    return model.create(vals_list)


def add(model, vals_list):
    """Add records in one statement.

    What is in memory of others does not know of them: it is the caller's to forget it.

    :param list[dict] vals_list: see :func:`can_add`
    :rtype: recordset
    """
    rows = list(_complete(model, vals_list))
    fields = [model._fields[name] for name in sorted(set().union(*rows))]
    columns = [field for field in fields if field.column_type]
    found = model.env.execute_query(
        SQL(
            "INSERT INTO %s (%s) VALUES %s RETURNING id",
            SQL.identifier(model._table),
            SQL(", ").join(SQL.identifier(field.name) for field in columns),
            SQL(", ").join(_convert(model, columns, rows)),
        )
    )
    records = model.browse(record_id for (record_id,) in found)
    for field in fields:
        if not field.column_type:
            _link(records, field, [row.get(field.name) for row in rows])
    return records


def _complete(model, vals_list):
    """Yield values with defaults: the same for all that have the same given."""
    defaults = {}
    for vals in vals_list:
        names = frozenset(vals)
        if names not in defaults:
            [full] = model._prepare_create_values([vals])
            defaults[names] = {name: full[name] for name in full if name not in vals}
        yield vals | defaults[names]


def _convert(model, columns, rows):
    """Yield what is stored of each row; what is to be cleaned once for all alike."""
    clean = cache(lambda field, value: field.convert_to_column_insert(value, model))
    for row in rows:
        yield tuple(
            None
            if field.name not in row
            else clean(field, row[field.name])
            if field.type == "html"
            else field.convert_to_column_insert(row[field.name], model, row)
            for field in columns
        )


def _link(records, field, commands_list):
    pairs = [
        (record.id, other_id)
        for record, commands in zip(records, commands_list, strict=True)
        for other_id in (commands and _get_set_ids(field, commands) or ())
    ]
    if pairs:
        records.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s, %s) SELECT * FROM unnest(%s::int[], %s::int[])",
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
                SQL.identifier(field.column2),
                *map(list, zip(*pairs, strict=True)),
            )
        )
