from odoo import api, fields, models

from ..scoring.grading import ENGAGEMENT

# Where anybody can have an address: who writes from there does not do so for a company.
FREE_MAIL = ("gmail.com", "hotmail.com", "icloud.com", "outlook.com", "yahoo.com")


class WebsiteCrmScoreTemplate(models.TransientModel):
    """Make scoring rules from a template, drafts to be adjusted and switched on."""

    _name = "website.crm.score.template"
    _description = "New Scoring Rules from a Template"

    template = fields.Selection(
        selection="_get_selection",
        required=True,
        default=lambda self: self._get_selection()[0][0],
    )
    apply_to = fields.Selection(
        selection=lambda self: self.env["website.crm.score"]
        ._fields["apply_to"]
        ._description_selection(self.env),
        required=True,
        default="lead",
    )
    rule_names = fields.Text(string="Rules", compute="_compute_rule_names")
    left_out = fields.Text(compute="_compute_rule_names")

    @api.model
    def _get_selection(self):
        templates = self._get_templates()
        return [(key, item["name"]) for key, item in templates.items() if item["rules"]]

    @api.depends("template", "apply_to")
    def _compute_rule_names(self):
        for wizard in self:
            item = wizard._get()
            wizard.rule_names = "\n".join(
                f"{rule['name']}: {rule['value']:+g}" for rule in wizard._get_rules()
            )
            wizard.left_out = "\n".join(item.get("left_out", ()))

    def _get_rules(self):
        """Return the values of the rules of the template that are for such owners."""
        return [
            values
            for values in self._get()["rules"]
            if values.get("apply_to", self.apply_to) == self.apply_to
        ]

    def _get(self):
        return self._get_templates().get(self.template, {"rules": []})

    def action_create_rules(self):
        """Make the rules of the template, as drafts, and show them.

        :return: an action on ``website.crm.score``
        :rtype: dict
        """
        self.ensure_one()
        options = {"apply_to": self.apply_to, "is_draft": True}
        rules = self.env["website.crm.score"].create(
            [{**values, **options} for values in self._get_rules()]
        )
        return rules._get_list_action(self.env._("New Rules"))

    # TEMPLATES

    @api.model
    def _get_templates(self):
        """Return the templates of rules, by key.

        Each has a ``name`` and ``rules``, a list of the values of rules; those without
        rules are not offered. A rule with an ``apply_to`` is for these alone.
        ``left_out`` says which rules are missing, and why. An addon adds its rules to
        those of a template, so that only such are made as can be counted.
        """
        kinds = {
            "website": (self.env._("Website"), self._get_website_rules()),
            "newsletter": (self.env._("Newsletter"), []),
            "fit": (self.env._("Good Fit"), self._get_fit_rules()),
            "negative": (self.env._("Negative Signs"), self._get_negative_rules()),
            "recency": (self.env._("Recency"), self._get_recency_rules()),
        }
        templates = {
            key: {"name": name, "rules": rules} for key, (name, rules) in kinds.items()
        }
        if not self.env.company.country_id:
            reason = self.env._(
                "“Comes from our country” is left out: %s has no country.",
                self.env.company.name,
            )
            templates["fit"]["left_out"] = [reason]
        return templates

    @api.model
    def _get_website_rules(self):
        rule, pages = self._make_event_rule, {"page_match": "contains"}
        prices = {**pages, "page_url": "/pricing", "max_count": 3}
        back = self.env._("Came back after a week")
        return [
            rule(self.env._("Visited a page"), 1, "page_visit", **pages, page_url="/"),
            rule(self.env._("Looked at the prices"), 10, "page_visit", **prices),
            rule(back, 5, "comeback", absence_days=7),
            rule(self.env._("Sent a form"), 20, "contact_form", max_count=2),
        ]

    @api.model
    def _get_negative_rules(self):
        hosts = [("email_normalized", "ilike", f"@{host}") for host in FREE_MAIL]
        return [
            {
                "name": self.env._("Writes from a free mailbox"),
                "value": -5,
                "domain": str([*"|" * (len(hosts) - 1), *hosts]),
            },
            {
                "name": self.env._("No reply in 30 days"),
                "value": -10,
                "apply_to": "lead",
                "event_based": True,
                "take_back": True,
                "category": ENGAGEMENT,
                "domain": str(self._get_no_reply_domain()),
            },
        ]

    @api.model
    def _get_no_reply_domain(self):
        """Return the domain of leads whom somebody wrote to more than 30 days ago, and
        who wrote nothing since then: no mail, and no comment in the portal.

        Notes and what the system says are no letters to them; what they write is of
        nobody's who is known, or of a contact who is none of the staff.
        """
        is_letter = [("message_type", "in", ["comment", "email", "email_outgoing"])]
        is_ours = [("author_id.partner_share", "=", False)]
        is_theirs = [("message_type", "in", ["comment", "email"])]
        is_theirs += ["|", ("author_id", "=", False)]
        is_theirs += [("author_id.partner_share", "=", True)]
        before = [("subtype_id.internal", "=", False), ("date", "<", "today -30d")]
        since = [("date", ">=", "today -30d")]
        return [
            ("message_ids", "any", is_letter + is_ours + before),
            ("message_ids", "not any", is_theirs + since),
        ]

    @api.model
    def _make_event_rule(self, name, value, event_type, **filters):
        """Return the values of a rule on events.

        :rtype: dict
        """
        values = {"name": name, "value": value, "rule_type": "event"}
        return {**values, "event_type": event_type, **filters}

    @api.model
    def _get_recency_rules(self):
        rule, fading = self._make_event_rule, {"is_fading": True, "max_count": 3}
        days = {"page_match": "contains", "page_url": "/", "visit_unit": "day"}
        visited = self.env._("Was on the website lately")
        sent = self.env._("Sent a form lately")
        return [
            rule(visited, 10, "page_visit", **days, **fading, valid_days=30),
            rule(sent, 20, "contact_form", **fading, valid_days=60),
        ]

    @api.model
    def _get_fit_rules(self):
        is_business = [("email_normalized", "!=", False)]
        for host in FREE_MAIL:
            is_business.append(("email_normalized", "not ilike", f"@{host}"))
        has_phone, has_job = ([(name, "!=", False)] for name in ("phone", "function"))
        rules = [
            (self.env._("Has a business e-mail address"), 10, is_business),
            (self.env._("Gave a phone number"), 5, has_phone),
            (self.env._("Tells a job position"), 5, has_job),
        ]
        if country := self.env.company.country_id:  # else of all who have any
            is_ours = [("country_id", "=", country.id)]
            rules.insert(0, (self.env._("Comes from our country"), 10, is_ours))
        return [
            {"name": name, "value": value, "domain": str(domain)}
            for name, value, domain in rules
        ]
