{
    "name": "Lead Scoring by Carts and Purchases",
    "summary": "Score what leads and contacts put into their carts and buy",
    "version": "19.0.1.2.0",
    "category": "Sales/CRM",
    "author": "Lead Scoring contributors",
    "license": "LGPL-3",
    "depends": ["website_crm_score", "website_sale"],
    "data": [
        "security/ir.model.access.csv",
        "views/website_crm_score_views.xml",
        "views/website_crm_product_report_views.xml",
        "views/product_template_views.xml",
    ],
    "assets": {
        "web.assets_tests": [
            "website_crm_score_sale/static/tests/tours/*",
        ],
    },
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
