from odoo.addons.website_crm_score.hooks import add_score_columns


def migrate(cr, version):
    """Ledger lines know for how many units they are, for one so far; those of contacts
    have no lead. Contacts have scores.

    With a default of the database, existing rows are not written.
    """
    add_score_columns(cr, "res_partner")
    cr.execute(
        """
        ALTER TABLE website_crm_score_line
                ADD COLUMN IF NOT EXISTS units numeric NOT NULL DEFAULT 1,
              ALTER COLUMN lead_id DROP NOT NULL
        """
    )
