def migrate(cr, version):
    """Ledger lines know for how many units they are: for one, so far.

    With a default of the database, existing rows are not written.
    """
    cr.execute(
        """
        ALTER TABLE website_crm_score_line
                ADD COLUMN IF NOT EXISTS units numeric NOT NULL DEFAULT 1
        """
    )
