from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .website_crm_score_mails import IS_MAIL

# Of mails, each a row ``trace``.
OPENED = SQL("trace.open_datetime")
WITH_CLICKS = SQL(
    "JOIN link_tracker_click click ON click.mailing_trace_id = trace.id"
    " JOIN link_tracker link ON link.id = click.link_id"
)


class WebsiteCrmScoreSourceMail(models.AbstractModel):
    """What the sources share that are made of the mails of newsletters."""

    _name = "website.crm.score.source.mail"
    _inherit = ["website.crm.score.mails", "website.crm.score.source"]
    _description = "Source of Events: Newsletters"

    _filters = ("mailing_match", "mailing_id", "mailing_campaign_id")
    _evidence = "mailing.trace"
    _about = "mailing.mailing"
    # Which mails show it, each a row ``trace``
    _evidence_condition = SQL("trace.sent_datetime IS NOT NULL")

    @api.model
    def _describe(self, rule):
        text = super()._describe(rule)
        rule = rule.sudo()  # sudo: who may read the rule may know what it is on
        named = {"mailing": rule.mailing_id, "campaign": rule.mailing_campaign_id}
        if rule.mailing_match not in named:
            return text
        return f"{text} “{named[rule.mailing_match].display_name or ''}”"

    @api.model
    def _find_error(self, rule):
        if rule.mailing_match == "mailing":
            return not rule.mailing_id and self.env._("choose the newsletter.")
        if rule.mailing_match == "campaign":
            return not rule.mailing_campaign_id and self.env._("choose the campaign.")
        return not rule.mailing_match and self.env._("say which newsletter.")

    @api.model
    def _get_mail_events(self, rule, owners, date, condition, columns=None, joins=None):
        """Return the query of what mails of the newsletters of ``rule`` tell, see
        :meth:`_get_owned_mails`.

        :param SQL date: when it happened
        """
        columns = SQL(", %s", columns) if columns else SQL()
        return self._get_owned_mails(
            owners,
            SQL(
                "%s AS date, 1 AS weight, trace.mass_mailing_id AS mailing_id %s",
                date,
                columns,
            ),
            SQL("%s AND %s", self._get_mailing_sql(rule), condition),
            joins,
        )

    @api.model
    def _get_events_about(self, rule, owners):
        """Those of all versions of a newsletter are about the first one."""
        return SQL(
            """
            SELECT event.owner_id, event.date,
                   COALESCE(tested.first_id, mailing.id) AS about_id
              FROM (%s) event
              JOIN mailing_mailing mailing ON mailing.id = event.mailing_id
         LEFT JOIN (SELECT campaign_id, min(id) AS first_id
                      FROM mailing_mailing WHERE ab_testing_enabled
                  GROUP BY campaign_id) tested
                ON tested.campaign_id = mailing.campaign_id
               AND mailing.ab_testing_enabled
            """,
            self._get_events(rule, owners),
        )

    @api.model
    def _get_recent_events(self, rule, owners, since):
        """Return the owners of all mails that changed, whether or not these count: to
        look at these few again costs less than to find out."""
        mails = SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT trace.email, trace.model, trace.res_id
                  FROM mailing_trace trace %s WHERE %s AND %s AND %s
                """,
                joins,
                IS_MAIL,
                self._get_mailing_sql(rule),
                condition,
            )
            for joins, condition in self._iter_changes(rule, since)
        )
        return SQL(
            "SELECT owner_id, %s::timestamp AS date FROM (%s) owner",
            since,
            self._get_mail_owners(owners, mails),
        )

    @api.model
    def _iter_changes(self, rule, since):
        """Yield how mails are found, each a row ``trace``, that could have changed what
        ``rule`` counts since: the joins and the condition.

        :param datetime since: in UTC
        """
        raise NotImplementedError

    @api.model
    def _get_recent_clicks(self, since):
        """Return how mails with clicks are found, also machines' and those on other
        links: by these it shows that the click before was a machine's."""
        return WITH_CLICKS, SQL("click.create_date >= %s", since)

    @api.model
    def _get_mailing_sql(self, rule):
        """Return the condition that ``trace`` is of a newsletter of ``rule``."""
        if rule.mailing_match == "mailing":
            return SQL(
                "trace.mass_mailing_id IN %s", rule.mailing_id._get_versions()._ids
            )
        if rule.mailing_match == "campaign":
            return SQL("trace.campaign_id = %s", rule.mailing_campaign_id.id)
        return SQL("TRUE")

    # WHY NOT

    @api.model
    def _get_uncounted_reasons(self, rule):
        return {
            **super()._get_uncounted_reasons(rule),
            "opened": self.env._("opened in time"),
            "bounced": self.env._("it had bounced: a robot"),
            "unsent": self.env._("it could not be sent, which is no bounce"),
        }

    # EVIDENCE

    @api.model
    def _get_evidence_action(self, rule, owner):
        mails = self._get_owned_mails(
            owner,
            SQL("trace.id"),
            SQL(
                "%s AND %s AND who.owner_id = %s",
                self._get_mailing_sql(rule),
                self._evidence_condition,
                owner.id,
            ),
        )
        ids = [id_ for _owner_id, id_ in self.env.execute_query(mails)]
        domain = Domain("id", "in", ids)
        return self._open_evidence("mass_mailing.mailing_trace_action", domain)
