from collections import defaultdict
from datetime import timedelta
from functools import partial
from random import Random

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.website_crm_score.tests.event_report_common import EventReportMixin
from odoo.addons.website_crm_score.tests.report_common import count_queries, read_list

from .mailing_common import MailingCase

# The state of a mail of each kind, and how many days ago what happened.
KINDS = {
    "mail_open": ("open", {"sent_datetime": 10, "open_datetime": 4}),
    "mail_ignored": ("sent", {"sent_datetime": 50}),
    "mail_bounce": ("bounce", {"sent_datetime": 4, "bounce_datetime": 4}),
}


@tagged("post_install", "-at_install", "is_query_count")
class TestMailingReport(EventReportMixin, MailingCase):
    """What became of the leads that opened newsletters, or did not."""

    report_name = "website.crm.mailing.report"
    about = "mailing_id"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env[cls.report_name]
        cls.random = Random(11)
        cls.news = cls.make_mailing(cls.list)
        cls.other = cls.make_mailing(cls.list, subject="Other news")
        cls.leads = cls.Lead.create(
            [
                {"name": f"Lead {number}", "email_from": f"{number}@company.example"}
                for number in range(90)
            ]
        )

    def add_trace(self, mailing, lead, kind, **values):
        status, days = KINDS[kind]
        dates = {name: self.now - timedelta(days=ago) for name, ago in days.items()}
        values = {"mass_mailing_id": mailing.id, **dates, **values}
        return self.make_trace(lead.email_normalized, trace_status=status, **values)

    def send_all(self):
        """Return the leads to which it happened, drawn, by event and newsletter."""
        happened = defaultdict(self.Lead.browse)
        for mailing in self.news + self.other:
            for lead in self.leads:
                kind = self.random.choice([*KINDS, "mail_open"])
                self.add_trace(mailing, lead, kind)
                happened[kind, mailing] |= lead
        return happened

    def close_all(self):
        for lead in self.leads:
            number = self.random.random()
            if number < 0.4:
                lead.action_set_won()
            elif number < 0.9:
                lead.action_set_lost()

    def test_figures_of_newsletters(self):
        happened = self.send_all()
        self.close_all()
        self.assertRows(happened)

    def test_a_click_is_one_for_each_newsletter(self):
        lead = self.leads[0]
        trace = self.add_trace(self.news, lead, "mail_open")
        link = self.env["link.tracker"].create({"url": "https://company.example/x"})
        click = {"link_id": link.id, "mailing_trace_id": trace.id}
        clicks = self.env["link.tracker.click"].create([click, click])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE link_tracker_click SET create_date = %s - id * interval '1 minute'"
            " WHERE id = ANY(%s)",
            (self.now - timedelta(days=2), clicks.ids),
        )
        row = self.get_rows()["mail_click", self.news]
        self.assertEqual((row.lead_count, row.event_count), (1, 1))
        self.assertOpened(row, lead)

    def test_what_happens_after_the_end_is_left_out(self):
        won, open_ = self.leads[:2]
        won.action_set_won()
        won.date_closed = self.now - timedelta(days=5)
        for lead in won + open_:
            self.add_trace(self.news, lead, "mail_open")
        self.assertRows({("mail_open", self.news): open_})

    def test_a_machine_opens_nothing(self):
        sent = self.now - timedelta(days=4, seconds=5)
        self.add_trace(self.news, self.leads[0], "mail_open", sent_datetime=sent)
        self.assertFalse(self.get_rows())

    def test_versions_are_the_newsletter(self):
        campaign = self.env["utm.campaign"].create({"name": "Test"})
        tested = {"ab_testing_enabled": True, "campaign_id": campaign.id}
        first = self.make_mailing(self.list, **tested)
        second = self.make_mailing(self.list, subject="Version", **tested)
        for mailing, lead in zip(first + second, self.leads[:2], strict=True):
            self.add_trace(mailing, lead, "mail_open")
        self.assertRows({("mail_open", first): self.leads[:2]})
        action = second.action_open_score_report()
        rows = self.report.search(action["domain"])
        self.assertEqual(rows.mailing_id, first)
        self.assertOpened(rows, self.leads[:2])

    def test_leads_of_companies_that_are_not_chosen_are_not_counted(self):
        lead, hidden = self.leads[:2]
        hidden.company_id = self.env["res.company"].create({"name": "Other"})
        for one in lead + hidden:
            self.add_trace(self.news, one, "mail_open")
        manager = self.make_user("ws_boss", "sales_team.group_sale_manager")
        self.env.flush_all()
        row = self.report.with_user(manager).search([])
        self.assertEqual(row.lead_count, 1)
        self.assertOpened(row, lead)
        # Without rights of Email Marketing, what it is called is read all the same.
        [values] = read_list(self.report.with_user(manager))
        self.assertEqual(values["mailing_id"]["display_name"], self.news.display_name)

    def test_whose_mails_are_whose_is_found_out_once(self):
        mails = self.env["website.crm.score.mails"]._get_owned_mails(
            self.Lead, SQL("trace.id"), SQL("TRUE")
        )
        self.assertReadOnce("trace.email = who.email", mails)

    def test_it_is_for_sales_managers(self):
        for name, groups in (
            ("ws_seller", "sales_team.group_sale_salesman_all_leads"),
            ("ws_mailer", "base.group_user,mass_mailing.group_mass_mailing_user"),
        ):
            user = self.make_user(name, groups)
            with self.assertRaises(AccessError):
                self.report.with_user(user).search([])

    def test_as_many_queries_for_any_number_of_newsletters(self):
        mailings = [self.make_mailing(self.list) for _number in range(50)]
        for mailing in mailings[:5]:
            self.add_trace(mailing, self.leads[0], "mail_open")
        count_queries(self.env, lambda: read_list(self.report))
        few = count_queries(self.env, lambda: read_list(self.report))
        for mailing in mailings[5:]:
            self.add_trace(mailing, self.leads[0], "mail_open")
        self.assertEqual(self.report.search_count([]), 50)
        many = count_queries(self.env, lambda: read_list(self.report))
        self.assertEqual(few, many)

    def test_a_page_of_the_list_is_found_and_counted_at_once(self):
        for _number in range(5):
            self.add_trace(self.make_mailing(self.list), self.leads[0], "mail_open")
        self.env.flush_all()
        rows = self.report.search([], order="id")
        read = partial(self.report.web_search_read, [], {"event_count": {}})
        page = read(offset=2, limit=2, order="id")
        self.assertEqual([row["id"] for row in page["records"]], rows[2:4].ids)
        self.assertEqual(page["length"], 5)
        self.assertEqual(read(limit=2, count_limit=4)["length"], 4)
        self.assertEqual(read(offset=4, limit=2, order="id")["length"], 5)
        with self.assertQueryCount(3):  # it is prepared for twice, and read once
            read(limit=2)
