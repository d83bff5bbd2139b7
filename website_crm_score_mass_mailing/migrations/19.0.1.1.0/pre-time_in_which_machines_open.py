def migrate(cr, version):
    """Machines open newsletters for a minute and more: the default is longer."""
    cr.execute(
        """
        UPDATE ir_config_parameter SET value = '90'
         WHERE key = 'website_crm_score.machine_seconds' AND value = '30'
        """
    )
