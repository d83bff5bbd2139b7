{
    "name": "Lead Scoring with Automation Rules",
    "summary": "Act when a lead has been above or below a score for some time",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "author": "Lead Scoring contributors",
    "license": "LGPL-3",
    "depends": ["website_crm_score", "base_automation"],
    "data": [
        "security/ir.model.access.csv",
        "views/base_automation_views.xml",
        "data/mail_template_data.xml",
        "data/base_automation_data.xml",
    ],
    "assets": {
        "web.assets_tests": [
            "website_crm_score_automation/static/tests/tours/*",
        ],
    },
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
