{
    "name": "Lead Scoring by Job Queue",
    "summary": "Split large scoring runs over several workers or machines",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Lead Scoring contributors",
    "license": "LGPL-3",
    "depends": ["website_crm_score", "queue_job"],
    "data": [
        "security/website_crm_score_queue_job_security.xml",
        "data/queue_job_data.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
