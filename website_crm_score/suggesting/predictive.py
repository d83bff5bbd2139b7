"""What core's predictive scoring looks at, of leads that are closed."""

from odoo.tools import SQL


def fetch_values(env, leads):
    """Return what core's predictive scoring would look at, of leads of the same part
    and the same values: the part, the values, and how many were won and lost.

    Without the stage and the team, which closing and selling set.

    :param SQL leads: query of ``lead_id``, ``part`` and ``is_won``
    :rtype: list[tuple]
    """
    # sudo: a parameter of the settings; core reads it for all users
    model = env["crm.lead"].sudo()
    names = [
        name
        for name in model._pls_get_safe_fields()
        if name not in ("stage_id", "team_id", "tag_ids") and _has_column(model, name)
    ]
    has_tags = "tag_ids" in model._pls_get_safe_fields()
    columns = [_get_column_sql(model, name) for name in names]
    return [
        (part, _read_values(names, values, tags), won, lost)
        for part, tags, won, lost, *values in env.execute_query(
            _get_sql(leads, columns, has_tags)
        )
    ]


def _get_sql(leads, columns, has_tags):
    values = SQL("").join(SQL(", %s", column) for column in columns)
    tags = SQL("NULL::integer[]")
    if has_tags:
        tags = SQL(
            "ARRAY(SELECT tag_id FROM crm_tag_rel rel"
            " WHERE rel.lead_id = lead.id ORDER BY tag_id)"
        )
    return SQL(
        """
        SELECT part, tags, count(*) FILTER (WHERE is_won),
               count(*) FILTER (WHERE NOT is_won) %(values)s
          FROM (%(leads)s) closed
          JOIN crm_lead lead ON lead.id = lead_id
    CROSS JOIN LATERAL (SELECT %(tags)s AS tags) tagged
      GROUP BY part, tags %(values)s
        """,
        values=values,
        leads=leads,
        tags=tags,
    )


def _get_column_sql(model, name):
    column = SQL("lead.%s", SQL.identifier(name))
    is_number = model._fields[name].type in ("integer", "many2one")
    return column if is_number else SQL("%s::text", column)


def _has_column(model, name):
    field = model._fields[name]
    return field.store and bool(field.column_type)


def _read_values(names, values, tags):
    """Return pairs of a field and its value, as core has them.

    Of these two fields, nothing is a value, too.
    """
    pairs = [
        (name, value)
        for name, value in zip(names, values, strict=True)
        if value or name in ("email_state", "phone_state")
    ]
    return [*pairs, *(("tag_id", tag) for tag in tags or ())]
