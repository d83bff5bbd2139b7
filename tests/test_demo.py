"""The demo: what its visitors do on its website, by the pages that people use."""

import os
import subprocess
from contextlib import closing

import demo_command
import psycopg2
import pytest
from network import free_port
from provision import provision

DATABASE = f"lead_scoring_demo_{os.getpid()}"
LEADS = """
SELECT contact_name, partner_name, lead.name, description
  FROM crm_lead lead
 WHERE EXISTS (SELECT FROM website_crm_pageview WHERE lead_id = lead.id)
   AND email_from IN ('asha@example.com', 'bruno@example.com', 'chen@example.com')
 ORDER BY lead.id
"""


@pytest.fixture
def demo(monkeypatch, tmp_path):
    """The demo without the file of leads."""
    monkeypatch.setattr(demo_command, "LEADS", tmp_path / "none")
    environment = provision()
    try:
        yield demo_command.Demo(environment, free_port(), DATABASE)
    finally:
        command = environment.odoo_command("db", "drop", DATABASE)
        subprocess.run(command, env=environment.variables, capture_output=True)


def test_the_contact_page_of_the_demo_makes_leads_with_the_pages_seen(demo):
    demo.install()
    demo.prepare()
    with demo.server():
        demo.browse()
    with closing(psycopg2.connect(dbname=DATABASE)) as connection:
        cursor = connection.cursor()
        cursor.execute(LEADS)
        leads = cursor.fetchall()
    assert [lead[:3] for lead in leads] == [
        ("Asha Rao", "Rao Ltd", "MBA for my team"),
        ("Bruno Keller", "Keller Ltd", "Press enquiry"),
        ("Chen Wei", "Wei Ltd", "Prices for five people"),
    ]
    assert "Which courses do you offer?" in leads[0][3]
