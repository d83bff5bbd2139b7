from odoo.tests import HttpCase, tagged

from .test_alerts import AlertCase

INBOX = "/odoo/discuss?active_id=mail.box_inbox"


class AlertTourCase(AlertCase, HttpCase):
    """A salesperson who reads messages in Odoo, and a lead that rises."""

    def setUp(self):
        super().setUp()
        self.ann.notification_type = "inbox"
        self.see(self.make_known("Big deal"))
        self.told()

    def start(self):
        self.start_tour(
            INBOX, "website_crm_score.salesperson_is_told", login="alert_ann"
        )


@tagged("post_install", "-at_install")
class TestAlertTour(AlertTourCase):
    """What a salesperson who is told of a lead sees, on a desk."""

    def test_a_salesperson_reads_the_news_in_the_inbox(self):
        self.start()


@tagged("post_install", "-at_install")
class TestAlertPhoneTour(AlertTourCase):
    """What a salesperson who is told of a lead sees, on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_a_salesperson_reads_the_news_in_the_inbox_of_a_phone(self):
        self.start()
