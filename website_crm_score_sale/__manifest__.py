{
    "name": "Lead Scoring by Carts and Purchases",
    "summary": "Score what leads and contacts put into their carts and buy",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "author": "Lead Scoring contributors",
    "license": "LGPL-3",
    "depends": ["website_crm_score", "website_sale"],
    "data": ["views/website_crm_score_views.xml"],
    "assets": {
        "web.assets_tests": [
            "website_crm_score_sale/static/tests/tours/*",
        ],
    },
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
