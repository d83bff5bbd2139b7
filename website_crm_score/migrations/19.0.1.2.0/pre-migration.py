def migrate(cr, version):
    """Page views know how many of their visits were removed; none, so far.

    With a default of the database, existing rows are not written.
    """
    cr.execute(
        """
        ALTER TABLE website_crm_pageview
                ADD COLUMN IF NOT EXISTS removed_count integer NOT NULL DEFAULT 0
        """
    )
