"""What core's predictive scoring looks at, of leads that are closed."""

from odoo.tools import SQL

from ..learning.bayes import TAG


def _get_fields(env):
    """Return the leads, the fields of which predictive scoring is to look at, and
    whether it looks at tags, too.

    Without the stage and the team, which closing and selling set.
    """
    # sudo: a parameter of the settings; core reads it for all users
    model = env["crm.lead"].sudo()
    names = model._pls_get_safe_fields()
    fields = [
        name
        for name in names
        if name not in ("stage_id", "team_id", "tag_ids")
        and model._fields[name].store
        and model._fields[name].column_type
    ]
    return model, fields, "tag_ids" in names


def fetch_counts(env, leads):
    """Return how many leads of each part have each value, as :func:`.bayes.add` reads
    them, with the part before.

    :param SQL leads: query of all of ``crm_lead``, with ``part`` and ``is_won``
    :rtype: list[tuple]
    """
    model, names, has_tags = _get_fields(env)
    texts = [_get_text_sql(model, name) for name in names]
    columns = [SQL.identifier(f"value_{place}") for place in range(len(names))]
    query = SQL(
        """
        SELECT part, place, value, won, lost
          FROM (SELECT part, array_position(ARRAY[%(is_any)s]::integer[], 0) AS place,
                       COALESCE(%(any)s) AS value,
                       count(*) FILTER (WHERE is_won) AS won,
                       count(*) FILTER (WHERE NOT is_won) AS lost
                  FROM (SELECT part, is_won %(texts)s FROM (%(leads)s) lead) lead
              GROUP BY GROUPING SETS ((part) %(sets)s)) counted
         WHERE place IS NULL OR value IS NOT NULL
        """,
        is_any=SQL(", ").join(SQL("GROUPING(%s)", column) for column in columns),
        any=SQL(", ").join([*columns, SQL("NULL")]),
        texts=SQL("").join(
            SQL(", %s AS %s", *pair) for pair in zip(texts, columns, strict=True)
        ),
        leads=leads,
        sets=SQL("").join(SQL(", (part, %s)", column) for column in columns),
    )
    rows = [
        (part, place and names[place - 1], value, won, lost)
        for part, place, value, won, lost in env.execute_query(query)
    ]
    return rows + (_fetch_tag_counts(env, leads) if has_tags else [])


def _fetch_tag_counts(env, leads):
    query = SQL(
        """
        SELECT part, %s AS field, rel.tag_id::text, count(*) FILTER (WHERE is_won),
               count(*) FILTER (WHERE NOT is_won)
          FROM (%s) lead JOIN crm_tag_rel rel ON rel.lead_id = lead.id
      GROUP BY part, rel.tag_id
        """,
        TAG,
        leads,
    )
    return env.execute_query(query)


def fetch_ranks(env, leads, models):
    """Return how many leads of each part are won and lost, by what would have been said
    of them.

    That is the logarithm of the odds, in ten thousandths: finer than the hundredth of
    a percent that core shows.

    :param SQL leads: see :func:`fetch_counts`; parts without a model are left out
    :param dict models: by part, see :func:`.bayes.weigh`
    :return: of part, rank, won and lost
    :rtype: list[tuple]
    """
    model, names, has_tags = _get_fields(env)
    joins = [
        _get_join_sql(models, name, place, _get_text_sql(model, name))
        for place, name in enumerate(names)
    ]
    if has_tags:
        joins.append(_get_tags_join_sql(leads, models, len(joins)))
    weights = [SQL.identifier(f"model_{n}", "weight") for n in range(len(joins))]
    query = SQL(
        """
        SELECT lead.part,
               round(10000 * (base.weight %(weights)s))::integer AS rank,
               count(*) FILTER (WHERE is_won), count(*) FILTER (WHERE NOT is_won)
          FROM (%(leads)s) lead
          JOIN unnest(%(parts)s::integer[], %(bases)s::float[]) base (part, weight)
            ON base.part = lead.part
               %(joins)s
      GROUP BY 1, 2
        """,
        weights=SQL("").join(SQL(" + COALESCE(%s, 0)", weight) for weight in weights),
        leads=leads,
        parts=list(models),
        bases=[base for base, _weights in models.values()],
        joins=SQL(" ").join(joins),
    )
    # PostgreSQL cannot tell how many rows are of a month, and guesses far too few: to
    # look each of them up would take minutes.
    _set_lookups(env, "off")
    rows = env.execute_query(query)
    _set_lookups(env, "on")
    return rows


def _set_lookups(env, state):
    env.cr.execute(
        "SELECT set_config('enable_nestloop', %s, true),"
        " set_config('enable_mergejoin', %s, true)",
        (state, state),
    )


def _get_join_sql(models, name, place, text):
    alias = SQL.identifier(f"model_{place}")
    return SQL(
        "LEFT JOIN %(weights)s %(alias)s (part, value, weight)"
        " ON %(alias)s.part = lead.part AND %(alias)s.value = %(text)s",
        weights=_get_weights_sql(models, name),
        alias=alias,
        text=text,
    )


def _get_tags_join_sql(leads, models, place):
    return SQL(
        """
        LEFT JOIN (SELECT lead.id, sum(known.weight) AS weight
                     FROM (%s) lead
                     JOIN crm_tag_rel rel ON rel.lead_id = lead.id
                     JOIN %s known (part, value, weight)
                       ON known.part = lead.part AND known.value = rel.tag_id::text
                 GROUP BY lead.id) %s USING (id)
        """,
        leads,
        _get_weights_sql(models, TAG),
        SQL.identifier(f"model_{place}"),
    )


def _get_weights_sql(models, field):
    """Return the table of part, value and weight of a field."""
    rows = [
        (part, value, weight)
        for part, (_base, weights) in models.items()
        for value, weight in weights.get(field, {}).items()
    ]
    parts, values, weights = map(list, zip(*rows, strict=True)) if rows else ([],) * 3
    return SQL("unnest(%s::integer[], %s::text[], %s::float[])", parts, values, weights)


def _get_text_sql(model, name):
    """Return a value as text, NULL if there is none; of these two fields, nothing is a
    value, too."""
    column = SQL("lead.%s", SQL.identifier(name))
    if name in ("email_state", "phone_state"):
        return SQL("COALESCE(%s, '')", column)
    if model._fields[name].type in ("integer", "many2one"):
        return SQL("NULLIF(%s, 0)::text", column)
    return SQL("NULLIF(%s::text, '')", column)
