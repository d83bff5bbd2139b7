from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command

from odoo.addons.mail.tests.common import MockEmail
from odoo.addons.website_crm_score.tests.common import ScoringCase

START = datetime(2030, 5, 6, 8, 0)


class AutomationCase(ScoringCase, MockEmail):
    """Leads get 40 points for the priority 2, once, 60 for 3, and lose 60 for 1. Days
    pass as the tests say; the jobs run at each of these times."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Automation = cls.env["base.automation"]
        cls.Automation.search([]).active = False
        cls.Crossing = cls.env["website.crm.score.crossing"]
        for priority, points in (("3", 60), ("2", 40), ("1", -60)):
            cls.make_rule([("priority", "=", priority)], points, event_based=True)

    @contextmanager
    def after(self, **delta):
        """Have both clocks, Python's and the transaction's, stand some time later."""
        date = START + timedelta(**delta)
        with freeze_time(date), patch.object(self.env.cr, "now", lambda: date):
            yield date

    def make_cold(self, **values):
        """Make a lead at the beginning, below each level."""
        with self.after():
            lead = self.make_lead("Enquiry", email_from="eve@example.com", **values)
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE crm_lead SET create_date = %s WHERE id = %s", (START, lead.id)
            )
            lead.invalidate_recordset(["create_date"])
            self.run_rules()
        return lead

    def set_priority(self, lead, priority, **delta):
        """Change what a lead is worth at some time, and score it."""
        with self.after(**delta):
            lead.priority = priority
            self.run_rules()

    def run_time_based(self, **delta):
        """Run Odoo's job of automation rules at some time."""
        cron = self.env.ref("base_automation.ir_cron_data_base_automation_check")
        with self.after(**delta), self.enter_registry_test_mode():
            cron.method_direct_trigger()

    def make_automation(self, level, domain, model_name="crm.lead", days=3, **values):
        """Make a rule that counts in ``function`` or ``comment`` how often it ran."""
        model = self.env["ir.model"]._get(model_name)
        name = "comment" if model_name == "res.partner" else "function"
        code = f"record.write({{'{name}': str(record.{name} or '') + 'x'}})"
        field = self.env["ir.model.fields"]._get(model_name, "score_level_date")
        action = {"name": "Mark", "model_id": model.id, "state": "code", "code": code}
        with self.after():
            return self.Automation.create(
                {
                    "name": "Some time on one side",
                    "model_id": model.id,
                    "trigger": "on_time",
                    "trg_date_id": field.id,
                    "trg_date_range": days,
                    "trg_date_range_type": "day",
                    "trg_date_range_mode": "after",
                    "score_level": level,
                    "filter_domain": str(domain),
                    "action_server_ids": [Command.create(action)],
                    **values,
                }
            )
