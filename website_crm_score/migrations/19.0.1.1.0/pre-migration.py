from odoo.addons.website_crm_score.hooks import add_score_columns


def migrate(cr, version):
    """Leads are marked as outdated; the ledger has no foreign keys any more."""
    add_score_columns(cr, "crm_lead")
    cr.execute("DROP INDEX IF EXISTS crm_lead_new_score_idx")
    cr.execute(
        """
        ALTER TABLE website_crm_score_line
              DROP CONSTRAINT IF EXISTS website_crm_score_line_lead_id_fkey,
              DROP CONSTRAINT IF EXISTS website_crm_score_line_rule_id_fkey
        """
    )
    cr.execute(
        """
        DELETE FROM ir_model_constraint
         WHERE name IN ('website_crm_score_line_lead_id_fkey',
                        'website_crm_score_line_rule_id_fkey',
                        'crm_lead_new_score_idx')
        """
    )
