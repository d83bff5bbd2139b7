from odoo.tools import SQL, sql

COLUMNS = {
    "crm_lead": {
        "score_outdated": "score_stale",
        "pageviews_outdated": "pageviews_stale",
    },
    "res_partner": {"score_outdated": "score_stale"},
    "website_crm_score_run": {
        "reach": "looks_at",
        "part_reached": "done_part_count",
        "count_date": "events_date",
        "check_date": "owners_date",
    },
    "website_crm_score_progress": {
        "horizon_date": "pageviews_date",
        "last_track_id": "pageviews_track_id",
        "next_horizon_date": "pass_date",
        "next_track_id": "pass_track_id",
        "reached_lead_id": "pass_lead_id",
        "repaired_date": "ledger_date",
        "checked_date": "owners_date",
        "counted_date": "events_date",
    },
}
INDEXES = {
    "crm_lead": ("score", "pageviews"),
    "res_partner": ("score",),
}


def migrate(cr, version):
    """What is stale, and what jobs are caught up to, has one name. Runs that are under
    way go on."""
    for table, columns in COLUMNS.items():
        for before, after in columns.items():
            rename_column(cr, table, before, after)
    for table, names in INDEXES.items():
        for name in names:
            rename_index(
                cr, f"{table}_{name}_outdated_idx", f"{table}_{name}_stale_idx"
            )
    cr.execute(
        "UPDATE website_crm_score_run SET looks_at = 'stale' WHERE looks_at = 'due'"
    )
    rename_in_filters(cr)
    rename_in_tables_of_runs(cr)


def rename_column(cr, table, before, after):
    if not sql.column_exists(cr, table, before):
        return
    # The script of an earlier version may have added it, empty.
    cr.execute(
        SQL(
            "ALTER TABLE %s DROP COLUMN IF EXISTS %s",
            SQL.identifier(table),
            SQL.identifier(after),
        )
    )
    sql.rename_column(cr, table, before, after)


def rename_index(cr, before, after):
    """Rename an index that is not to be built again, and the comment by which Odoo
    knows it."""
    _definition, comment = sql.index_definition(cr, before)
    if not comment or sql.index_exists(cr, after):
        return
    names = SQL.identifier(before), SQL.identifier(after)
    cr.execute(SQL("ALTER INDEX %s RENAME TO %s", *names))
    comment = comment.replace("_outdated", "_stale")
    cr.execute(SQL("COMMENT ON INDEX %s IS %s", SQL.identifier(after), comment))


def rename_in_filters(cr):
    """Have what users saved as favorites of the list of runs find them."""
    for before, after in (("reach", "looks_at"), ("due", "stale")):
        pattern, name = rf"""(["']){before}\M""", rf"\1{after}"
        cr.execute(
            """
            UPDATE ir_filters
               SET domain = regexp_replace(domain, %(pattern)s, %(name)s, 'g'),
                   context = regexp_replace(context, %(pattern)s, %(name)s, 'g'),
                   sort = regexp_replace(sort, %(pattern)s, %(name)s, 'g')
             WHERE model_id = 'website.crm.score.run'
            """,
            {"pattern": pattern, "name": name},
        )


def rename_in_tables_of_runs(cr):
    cr.execute(
        r"""
        SELECT relname FROM pg_class
         WHERE relpersistence = 'u' AND relkind = 'r'
           AND relname ~ '^website_crm_score_kept_owners_[0-9]+$'
        """
    )
    for (table,) in cr.fetchall():
        if sql.column_exists(cr, table, "is_settled"):
            cr.execute(
                SQL(
                    "ALTER TABLE %s ALTER COLUMN is_settled TYPE boolean"
                    " USING NOT is_settled",
                    SQL.identifier(table),
                )
            )
            sql.rename_column(cr, table, "is_settled", "stays_stale")
