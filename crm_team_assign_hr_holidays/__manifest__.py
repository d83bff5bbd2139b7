{
    "name": "Lead Assignment with Time Off",
    "summary": "Assign no leads to salespeople who are on time off",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Lead Scoring contributors",
    "license": "LGPL-3",
    "depends": ["crm_team_assign", "hr_holidays"],
    "assets": {
        "web.assets_tests": [
            "crm_team_assign_hr_holidays/static/tests/tours/*",
        ],
    },
    "auto_install": True,
}
