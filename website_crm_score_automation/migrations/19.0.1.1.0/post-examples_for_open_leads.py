from odoo import SUPERUSER_ID, api

# Examples are not updated by themselves.
DOMAINS = {
    "base_automation_score_reached": (
        '[("score", ">=", 50)]',
        '[("score", ">=", 50), ("active", "=", True), ("won_status", "=", "pending")]',
    ),
    "base_automation_score_below": (
        '[("score", "<", 50), ("won_status", "=", "pending")]',
        '[("score", "<", 50), ("active", "=", True), ("won_status", "=", "pending")]',
    ),
}


def migrate(cr, version):
    """The examples say that they are for open leads, unless somebody changed them."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, (old, new) in DOMAINS.items():
        xml_id = f"website_crm_score_automation.{name}"
        example = env.ref(xml_id, raise_if_not_found=False)
        if example and example.filter_domain == old:
            example.filter_domain = new
