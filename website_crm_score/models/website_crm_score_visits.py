from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class WebsiteCrmScoreVisits(models.AbstractModel):
    """Visits of the website, by whose they are: of the visitors that a lead is linked
    to, or who are a contact. They count as they do for page views.

    What sources of events inherit that are made of visits.
    """

    _name = "website.crm.score.visits"
    _description = "Visits of Leads and Contacts"

    _is_of_visitors = True
    _evidence = "website.crm.pageview"

    @api.model
    def _get_evidence_action(self, rule, owner):
        """Open the page views of the lead, or of the leads of the contact."""
        by = "lead_id.partner_id" if owner._name == "res.partner" else "lead_id"
        domain = Domain(by, "=", owner.id) & self._get_evidence_domain(rule, owner)
        action = "website_crm_score.website_crm_pageview_action"
        return self._open_evidence(action, domain)

    @api.model
    def _get_evidence_domain(self, rule, owner):
        """Return which of the page views of ``owner`` are what ``rule`` looks at."""
        return Domain.TRUE

    @api.model
    def _get_visitors(self, owners):
        """Return the query of visitors, each with its ``owner_id``."""
        if owners._name == "res.partner":
            return SQL(
                "SELECT partner_id AS owner_id, visitor.* FROM website_visitor visitor"
                " WHERE partner_id IS NOT NULL"
            )
        return SQL(
            "SELECT link.crm_lead_id AS owner_id, visitor.*"
            " FROM crm_lead_website_visitor_rel link"
            " JOIN website_visitor visitor ON visitor.id = link.website_visitor_id"
        )

    @api.model
    def _get_visits(self, owners, visits, url, page_id, date, condition):
        """Return the query of visits that count, as of events.

        :param models.BaseModel owners: the model of whom they are
        :param SQL visits: what is joined with ``visitor``
        :param SQL url: what was seen
        :param SQL page_id: its page
        :param SQL date: when it was
        :param SQL condition: which of them
        """
        return SQL(
            """
            SELECT visitor.owner_id, %(date)s AS date, 1 AS weight
              FROM (%(visitors)s) visitor
              JOIN %(visits)s
             WHERE %(is_counted)s AND %(condition)s AND %(is_of_owner)s
            """,
            date=date,
            visitors=self._get_visitors(owners),
            visits=visits,
            is_counted=self._get_is_counted_sql(date),
            condition=condition,
            is_of_owner=self.env["website"]._get_is_of_owner_sql(
                owners, SQL("visitor.owner_id"), url, page_id
            ),
        )

    @api.model
    def _get_is_counted_sql(self, date):
        """Return the condition that what ``visitor``, a row, did then counts.

        Who was of the staff when it was done stays so, whatever becomes of the user.

        :param SQL date: when it was done
        """
        consent = SQL("visitor.consent_withdrawn IS NOT TRUE")
        if self.env["res.config.settings"]._get_scoring_number("count_staff"):
            return consent
        return SQL(
            """
            %s AND NOT EXISTS (
                SELECT FROM res_users staff
                 WHERE staff.partner_id = visitor.partner_id
                   AND staff.share IS NOT TRUE)
               AND NOT %s
            """,
            consent,
            self.env["res.partner"]._was_staff_sql(SQL("visitor.partner_id"), date),
        )

    @api.model
    def _get_tracked_visits(self, owners, condition):
        """Return the query of the visits of which there are tracks.

        :param SQL condition: on ``track`` and ``visitor``
        """
        return self._get_visits(
            owners,
            SQL("website_track track ON track.visitor_id = visitor.id"),
            url=SQL("track.url"),
            page_id=SQL("track.page_id"),
            date=SQL("track.visit_datetime"),
            condition=SQL("track.url > '' AND %s", condition),
        )

    @api.model
    def _get_visit_sql(self, rule):
        """Return the condition that ``track`` is of a page of ``rule``."""
        return SQL("TRUE")

    @api.model
    def _get_uncounted_events(self, rule, owners):
        return SQL(
            """
            SELECT visitor.owner_id, track.visit_datetime AS date,
                   CASE WHEN visitor.consent_withdrawn THEN 'consent'
                        WHEN NOT (%(is_counted)s) THEN 'staff'
                        ELSE 'company' END AS reason
              FROM (%(visitors)s) visitor
              JOIN website_track track ON track.visitor_id = visitor.id
             WHERE track.url > '' AND %(is_of_rule)s
               AND NOT (%(is_counted)s AND %(is_of_owner)s)
            """,
            is_counted=self._get_is_counted_sql(SQL("track.visit_datetime")),
            visitors=self._get_visitors(owners),
            is_of_rule=self._get_visit_sql(rule),
            is_of_owner=self.env["website"]._get_is_of_owner_sql(
                owners, SQL("visitor.owner_id"), SQL("track.url"), SQL("track.page_id")
            ),
        )

    @api.model
    def _get_recent_events(self, rule, owners, since):
        return self._get_tracked_visits(
            owners, SQL("track.visit_datetime >= %s", since)
        )
