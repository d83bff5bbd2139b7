from odoo.tools import sql


def migrate(cr, version):
    """Rules were last changed when they were last written, and not by this upgrade,
    which would keep salespeople from news of their leads."""
    if not sql.column_exists(cr, "website_crm_score", "changed_date"):
        sql.create_column(cr, "website_crm_score", "changed_date", "timestamp")
        cr.execute("UPDATE website_crm_score SET changed_date = write_date")
