from odoo.tools import SQL

from .scoring.worklist import drop_tables, find_runs_with_tables
from .tools.loose_ends import forget_parameters, tie_up


def pre_init_hook(env):
    """Add columns with their defaults before the ORM sees the fields.

    PostgreSQL adds a column with a constant default without rewriting the table;
    left to the ORM, every existing lead would be computed and written one by one.
    """
    for table in ("crm_lead", "res_partner"):
        add_score_columns(env.cr, table)


def post_init_hook(env):
    """Note the forms that visitors sent before."""
    env["website.crm.form"]._note_earlier()


def uninstall_hook(env):
    """Leave nothing behind that names what goes, nor what is not Odoo's to remove."""
    tie_up(env, "website_crm_score")
    forget_parameters(env, "website_crm_score")
    for run in find_runs_with_tables(env):
        drop_tables(run)


def add_score_columns(cr, table):
    """Add the columns of a table of what has a score.

    Leads that exist are not marked as stale one by one: the first run looks at all
    of them. Those that come are, whoever inserts them.
    """
    cr.execute(
        SQL(
            """
            ALTER TABLE %s
                  ADD COLUMN IF NOT EXISTS score numeric NOT NULL DEFAULT 0,
                  ADD COLUMN IF NOT EXISTS score_fit numeric NOT NULL DEFAULT 0,
                  ADD COLUMN IF NOT EXISTS score_engagement numeric NOT NULL DEFAULT 0,
                  -- none: they have no grade before they are scored
                  ADD COLUMN IF NOT EXISTS score_grade varchar,
                  ADD COLUMN IF NOT EXISTS score_stale bool DEFAULT FALSE,
                  ALTER COLUMN score_stale SET DEFAULT TRUE
            """,
            SQL.identifier(table),
        )
    )
