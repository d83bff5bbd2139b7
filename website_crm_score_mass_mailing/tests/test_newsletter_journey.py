from odoo import fields
from odoo.tests import Form, tagged

from .mailing_common import MailingCase

BODY = """
<div>
    <a href="https://company.example/intranet?from=news">More about our intranet</a>
    <a href="https://company.example/packages">Packages and prices</a>
    <a href="/unsubscribe_from_list">Unsubscribe</a>
</div>
"""
OPENED = "Opened a newsletter"
IGNORED = "Did not open a newsletter in 30 days"
LINK_A = "Clicked a link to our solution"
LINK_B = "Clicked a link to packages and prices"
# Who does what, and what it is worth after a month. Who clicks a link has opened.
REASONS = {
    "Opens": {OPENED: 3},
    "Sleeps": {IGNORED: -2},
    "Follows A": {OPENED: 3, LINK_A: 3},
    "Follows B": {OPENED: 3, LINK_B: 5},
    "Follows both": {OPENED: 3, LINK_A: 3, LINK_B: 5},
}


def get_address(name):
    return f"{name.lower().replace(' ', '.')}@customer.example"


@tagged("post_install", "-at_install")
class TestNewsletterJourney(MailingCase):
    """A marketer adjusts the template and sends a newsletter; its recipients open it,
    follow its links or do neither; the hourly job scores them."""

    def setUp(self):
        super().setUp()
        self.marketer = self.make_user(
            "ws_marketer",
            "sales_team.group_sale_manager,mass_mailing.group_mass_mailing_user",
        )

    def use_template(self, apply_to="lead"):
        """Have the marketer make rules for the links of the company, and use them."""
        wizards = self.env["website.crm.score.template"].with_user(self.marketer)
        with Form(wizards) as form:
            form.template = "newsletter"
            form.apply_to = apply_to
        action = form.record.action_create_rules()
        rules = self.Rule.with_user(self.marketer).with_context(**action["context"])
        rules = rules.search(action["domain"])
        self.assertEqual(len(rules), 4)
        for name, url in ((LINK_A, "/intranet"), (LINK_B, "/packages")):
            with Form(rules.filtered_domain([("name", "=", name)])) as form:
                form.link_url = url
        rules.active = True

    def make_contacts(self):
        contacts = self.env["res.partner"].create(
            [{"name": name, "email": get_address(name)} for name in REASONS]
        )
        self.env.flush_all()
        return contacts

    def make_leads_of(self, contacts):
        leads = [self.make_lead(one.name, partner_id=one.id) for one in contacts]
        return self.Lead.union(*leads)

    def make_unknown_leads(self):
        leads = [self.make_lead(name, email_from=get_address(name)) for name in REASONS]
        return self.Lead.union(*leads)

    def send_and_read(self, recipients):
        """Have the newsletter sent and, an hour later, read."""
        self.run_jobs()
        self.send(recipients, body_html=BODY)
        with self.after(hours=1):
            self.open_mail(get_address("Opens"))
            self.click(get_address("Follows A"), "More about our intranet")
            self.click(get_address("Follows B"), "Packages and prices")
            self.click(get_address("Follows both"), "More about our intranet")
        with self.after(hours=1, minutes=1):
            self.click(get_address("Follows both"), "Packages and prices")

    def run_jobs(self):
        """Run the hourly jobs as if they had run each hour: they look at news alone."""
        self.age_rules()
        for apply_to in ("lead", "partner"):
            progress = self.progress._get(apply_to)
            progress.owners_date = fields.Datetime.now()
        for name in ("assign_scores", "score_contacts"):
            self.env.ref(f"website_crm_score.ir_cron_{name}").method_direct_trigger()
        self.env.invalidate_all()

    def check_month(self, people):
        """Points come hour by hour; those for what is not opened, after a month."""
        with self.after(hours=2):
            self.run_jobs()
            self.check_reasons(people, without=IGNORED)
        with self.after(days=29, hours=23):
            self.run_jobs()
            self.check_reasons(people, without=IGNORED)
        with self.after(days=30, hours=1):
            self.run_jobs()
            self.check_reasons(people)

    def check_reasons(self, people, without=None):
        for person in people:
            lines = person.score_line_ids
            reasons = {line.rule_id.name: line.points for line in lines}
            expected = {
                reason: points
                for reason, points in REASONS[person.name].items()
                if reason != without
            }
            self.assertEqual(reasons, expected, person.name)
            self.assertEqual(person.score, sum(expected.values()), person.name)

    def test_a_newsletter_to_leads_scores_them(self):
        leads = self.make_unknown_leads()
        self.use_template()
        self.send_and_read(leads)
        self.check_month(leads)

    def test_a_newsletter_to_a_mailing_list_scores_the_leads_on_it(self):
        leads = self.make_unknown_leads()
        for name in REASONS:
            self.subscribe(get_address(name).upper())
        self.use_template()
        self.send_and_read(self.list)
        self.check_month(leads)

    def test_a_newsletter_to_contacts_scores_them_and_their_leads(self):
        contacts = self.make_contacts()
        leads = self.make_leads_of(contacts)
        self.use_template()
        self.use_template(apply_to="partner")
        self.send_and_read(contacts)
        self.check_month([*contacts, *leads])

    def test_a_newsletter_to_leads_scores_their_contacts(self):
        contacts = self.make_contacts()
        leads = self.make_leads_of(contacts)
        self.use_template(apply_to="partner")
        self.send_and_read(leads)
        self.check_month(contacts)
