from odoo import SUPERUSER_ID, api

# Record rules are not updated by themselves.
NEW = {
    "website_crm_score_line_rule_company": (
        "['|', ('lead_id', '=', False), ('lead_id.company_id', 'in',"
        " company_ids + [False]), '|', ('partner_id', '=', False),"
        " ('partner_id.company_id', 'in', company_ids + [False]),"
        " ('rule_id.company_id', 'in', company_ids + [False])]"
    ),
    "website_crm_score_line_rule_personal": (
        "['|', ('lead_id', '=', False), ('lead_id.user_id', 'in', [user.id, False])]"
    ),
}


def migrate(cr, version):
    """Reasons of contacts are seen as the contacts are."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, domain in NEW.items():
        rule = env.ref(f"website_crm_score.{name}", raise_if_not_found=False)
        if rule:
            rule.domain_force = domain
