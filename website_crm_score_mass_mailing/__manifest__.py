{
    "name": "Lead Scoring by Newsletters",
    "summary": "Score leads by what they do with the newsletters that you send",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "author": "Lead Scoring contributors",
    "license": "LGPL-3",
    "depends": ["website_crm_score", "mass_mailing_crm"],
    "data": [
        "data/ir_config_parameter_data.xml",
        "security/ir.model.access.csv",
        "views/website_crm_score_views.xml",
        "views/website_crm_mailing_report_views.xml",
        "views/mailing_mailing_views.xml",
        "views/res_config_settings_views.xml",
        "views/res_partner_views.xml",
    ],
    "assets": {
        "web.assets_tests": [
            "website_crm_score_mass_mailing/static/tests/tours/*",
        ],
    },
    "pre_init_hook": "pre_init_hook",
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
