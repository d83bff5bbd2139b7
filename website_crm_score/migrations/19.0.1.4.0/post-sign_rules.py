from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Rules have an author, whoever wrote them last, and records instead of names."""
    cr.execute(
        """
        UPDATE website_crm_score
           SET author_id = COALESCE(NULLIF(write_uid, %(root)s), create_uid, %(root)s)
        """,
        {"root": SUPERUSER_ID},  # as it notes the errors of rules, too
    )
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    # In SQL: nobody changed the rules, which jobs would look at again.
    for rule in env["website.crm.score"].search([("domain", "!=", "[]")]):
        cr.execute(
            "UPDATE website_crm_score SET domain = %s WHERE id = %s",
            (rule._name_records(rule.domain), rule.id),
        )
    env.invalidate_all(flush=False)
