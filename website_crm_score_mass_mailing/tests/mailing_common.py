import re
from datetime import timedelta
from urllib.parse import urlparse

from odoo.tests import HttpCase

from odoo.addons.mass_mailing.tests.common import MassMailCase
from odoo.addons.website_crm_score.tests.event_common import EventCase

BODY = """
<div>
    <a href="https://company.example/solution">More about our solution</a>
    <a href="https://company.example/pricing">Packages and prices</a>
    <a href="/unsubscribe_from_list">Unsubscribe</a>
</div>
"""
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class MailingCase(EventCase, MassMailCase, HttpCase):
    """Newsletters that are sent, and what their recipients do with them: real requests
    to the addresses in the mails."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Mailing = cls.env["mailing.mailing"]
        cls.Trace = cls.env["mailing.trace"]
        cls.list = cls.env["mailing.list"].create({"name": "News", "is_public": True})
        cls.ann = cls.make_lead(name="Ann", email_from="Ann <Ann@company.example>")
        cls.bob = cls.make_lead(name="Bob", email_from="bob@company.example")

    @classmethod
    def subscribe(cls, email, *lists):
        lists = lists or [cls.list]
        return cls.env["mailing.contact"].create(
            {
                "name": email,
                "email": email,
                "subscription_ids": [
                    (0, 0, {"list_id": mailing_list.id}) for mailing_list in lists
                ],
            }
        )

    @classmethod
    def make_mailing(cls, records, **values):
        """Return a newsletter to records, such as mailing lists."""
        if records._name == "mailing.list":
            values["contact_list_ids"] = [(6, 0, records.ids)]
        else:
            values["mailing_domain"] = str([("id", "in", records.ids)])
        return cls.Mailing.create(
            {
                "subject": "News",
                "body_html": BODY,
                "mailing_model_id": cls.env["ir.model"]._get_id(records._name),
                "keep_archives": True,
                **values,
            }
        )

    def send(self, records, **values):
        """Return a newsletter that was sent to records; keep the mails."""
        mailing = self.make_mailing(records, **values)
        with self.mock_mail_gateway():
            mailing.action_send_mail()
        self.env.flush_all()
        self.mails = {mail["email_to"][0]: mail for mail in self._mails}
        return mailing

    def find_mail(self, address):
        [mail] = [mail for to, mail in self.mails.items() if address in to.lower()]
        return mail

    def request(self, url, agent=BROWSER, **kwargs):
        """Ask this server, without following it elsewhere."""
        self.env.flush_all()
        parsed = urlparse(url)
        path = parsed.path + (f"?{parsed.query}" if parsed.query else "")
        headers = {"User-Agent": agent, **kwargs.pop("headers", {})}
        kwargs.setdefault("allow_redirects", False)
        response = self.url_open(path, headers=headers, **kwargs)
        self.assertLess(response.status_code, 400)
        self.env.invalidate_all()
        return response

    def open_mail(self, address, **kwargs):
        [url] = re.findall(r'src="([^"]*/mail/track/[^"]*)"', self.get_body(address))
        response = self.request(url, **kwargs)
        self.assertEqual(response.headers["Content-Type"], "image/gif")

    def click(self, address, label="Packages and prices", **kwargs):
        body = self.get_body(address)
        [url] = re.findall(rf'href="([^"]*/r/[^"]*)"[^>]*>{label}', body)
        response = self.request(url, **kwargs)
        self.assertIn("company.example", response.headers["Location"])

    def unsubscribe(self, address, **kwargs):
        header = self.find_mail(address)["headers"]["List-Unsubscribe"]
        self.request(header.strip("<>"), method="POST", **kwargs)

    def get_body(self, address):
        return self.find_mail(address)["body"]

    def bounce(self, mailing, record):
        values = {
            "email_from": "mailer-daemon@company.example",
            "to": "bounce@test.example",
            "message_id": "<bounce@company.example>",
            "bounced_partner": self.env["res.partner"],
            "bounced_message": self.env["mail.message"],
            "body": "No such mailbox",
        }
        trace = mailing.mailing_trace_ids.filtered(
            lambda trace: trace.res_id == record.id
        )
        values |= {"bounced_email": trace.email, "bounced_msg_ids": [trace.message_id]}
        self.env["mail.thread"]._routing_handle_bounce(None, values)
        self.env.flush_all()

    def make_trace(self, email, sent_days=1, **values):
        """Return what is known of a mail that was sent so many days ago."""
        trace = self.Trace.create(
            {
                "trace_status": "sent",
                "sent_datetime": self.now - timedelta(days=sent_days),
                "model": "mailing.contact",
                "res_id": 1,
                "email": email,
                **values,
            }
        )
        self.env.flush_all()
        return trace

    def get_count(self, record, rule):
        return self.get_line(record, rule).event_count
