{
    "name": "Lead Scoring by Carts and Purchases",
    "summary": "Score what leads and contacts put into their carts and buy",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Lead Scoring contributors",
    "license": "LGPL-3",
    "depends": ["website_crm_score", "website_sale"],
    "data": ["views/website_crm_score_views.xml"],
    "auto_install": True,
}
