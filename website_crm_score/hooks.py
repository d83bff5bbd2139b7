from odoo.tools import sql


def pre_init_hook(env):
    """Add the score column with its default before the ORM sees the field.

    PostgreSQL adds a column with a constant default without rewriting the table;
    left to the ORM, every existing lead would be computed and written one by one.
    """
    if not sql.column_exists(env.cr, "crm_lead", "score"):
        env.cr.execute(
            "ALTER TABLE crm_lead ADD COLUMN score numeric NOT NULL DEFAULT 0"
        )
