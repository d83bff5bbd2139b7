from odoo.tools import sql


def pre_init_hook(env):
    """Add columns with their defaults before the ORM sees the fields.

    PostgreSQL adds a column with a constant default without rewriting the table;
    left to the ORM, every existing lead would be computed and written one by one.
    """
    add_lead_columns(env.cr)


def add_lead_columns(cr):
    """Add the columns of leads that have a default.

    Leads that exist are not marked as outdated one by one: the first run looks at all
    of them. Those that come are, whoever inserts them.
    """
    if not sql.column_exists(cr, "crm_lead", "score"):
        cr.execute("ALTER TABLE crm_lead ADD COLUMN score numeric NOT NULL DEFAULT 0")
    if not sql.column_exists(cr, "crm_lead", "score_outdated"):
        cr.execute("ALTER TABLE crm_lead ADD COLUMN score_outdated bool DEFAULT FALSE")
        cr.execute("ALTER TABLE crm_lead ALTER COLUMN score_outdated SET DEFAULT TRUE")
