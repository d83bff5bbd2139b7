{
    "name": "Lead Assignment by Score",
    "summary": "Hand the best leads to the right team and salesperson, by their score",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Lead Scoring contributors",
    "license": "LGPL-3",
    "depends": ["website_crm_score"],
    "data": [
        "views/crm_lead_templates.xml",
        "views/crm_lead_views.xml",
        "views/crm_team_member_views.xml",
        "views/crm_team_views.xml",
        "views/crm_team_assign_menus.xml",
    ],
    "demo": ["demo/crm_team_demo.xml"],
    "assets": {
        "web.assets_tests": ["crm_team_assign/static/tests/tours/**/*"],
    },
    "post_init_hook": "post_init_hook",
}
