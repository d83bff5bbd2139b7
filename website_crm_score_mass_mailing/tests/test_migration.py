from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import TransactionCase, tagged

SCRIPTS = Path(__file__).parents[1] / "migrations" / "19.0.1.1.0"


@tagged("post_install", "-at_install")
class TestMigration(TransactionCase):
    """What is known of old newsletters and blocked addresses, they know."""

    def run_script(self, name):
        script = load_script(str(SCRIPTS / f"{name}.py"), name)
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")

    def test_old_bounces_and_blocked_addresses_have_the_date_of_their_last_change(self):
        traces = self.env["mailing.trace"].create(
            [
                {"model": "crm.lead", "res_id": 1, "trace_status": status}
                for status in ("bounce", "sent")
            ]
        )
        blocked = self.env["mail.blacklist"].create({"email": "b@example.com"})
        self.env.flush_all()
        self.env.cr.execute(
            """
            ALTER TABLE mailing_trace DROP COLUMN bounce_datetime;
            ALTER TABLE mail_blacklist DROP COLUMN blocked_datetime,
                                       DROP COLUMN blocked_user_id;
            UPDATE mailing_trace SET write_date = '2020-01-02';
            UPDATE mail_blacklist SET write_date = '2020-01-03'
            """
        )
        self.run_script("pre-dates_of_bounces_and_blocked_addresses")
        self.env.invalidate_all()
        self.assertEqual(
            [str(date) for date in traces.mapped("bounce_datetime")],
            ["2020-01-02 00:00:00", "False"],
        )
        self.assertEqual(str(blocked.blocked_datetime), "2020-01-03 00:00:00")
        self.assertEqual(blocked.blocked_user_id, self.env.user)

    def test_the_time_in_which_machines_open_is_the_new_default_unless_it_was_set(self):
        parameters = self.env["ir.config_parameter"]
        key = "website_crm_score.machine_seconds"
        for before, after in (("30", "90"), ("45", "45")):
            with self.subTest(before=before):
                parameters.set_param(key, before)
                self.env.flush_all()
                self.run_script("pre-time_in_which_machines_open")
                self.env.invalidate_all()
                self.env.registry.clear_cache()
                self.assertEqual(parameters.get_param(key), after)
