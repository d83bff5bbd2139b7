{
    "name": "Lead Scoring",
    "summary": "Track what your leads see on your website and score them by rules",
    "version": "19.0.1.5.0",
    "category": "Sales/CRM",
    "author": "Lead Scoring contributors",
    "license": "LGPL-3",
    "depends": ["privacy_lookup", "website_crm"],
    "data": [
        "security/ir.model.access.csv",
        "security/website_crm_score_security.xml",
        "data/ir_cron_data.xml",
        "data/ir_actions_server_data.xml",
        "wizards/website_crm_score_template_views.xml",
        "views/website_crm_score_views.xml",
        "views/website_crm_score_line_views.xml",
        "views/website_crm_score_run_views.xml",
        "views/website_crm_pageview_views.xml",
        "views/crm_lead_views.xml",
        "views/res_partner_views.xml",
        "views/website_page_views.xml",
        "views/website_crm_uncounted_hit_views.xml",
        "views/res_config_settings_views.xml",
        "views/website_crm_score_menus.xml",
    ],
    "demo": ["demo/website_crm_score_demo.xml"],
    "assets": {
        "website.assets_editor": [
            "website_crm_score/static/src/components/track_page/*",
        ],
        "web.assets_backend": [
            "website_crm_score/static/src/views/page_list/*",
        ],
        "web.assets_tests": [
            "website_crm_score/static/tests/tours/*",
        ],
        "web.assets_unit_tests": [
            "website_crm_score/static/tests/*.test.js",
        ],
    },
    "pre_init_hook": "pre_init_hook",
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
