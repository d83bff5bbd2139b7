from odoo import api, models
from odoo.tools import SQL

from odoo.addons.website_crm_score.scoring.sharing import is_shared, share

# What to know of them, and of which model the record is.
LEAD, CONTACT = (
    SQL("present.company_id, present.email_normalized, %s AS model", model)
    for model in ("crm.lead", "res.partner")
)
# The records that mails are sent to instead of to a row ``present``, their owner.
DOCUMENTS = {
    "crm.lead": (
        SQL("SELECT id AS owner_id, id AS res_id, %s FROM crm_lead present", LEAD),
        SQL("SELECT id, partner_id, %s FROM crm_lead present", CONTACT),
    ),
    "res.partner": (
        SQL(
            "SELECT id AS owner_id, id AS res_id, %s FROM res_partner present", CONTACT
        ),
        SQL(
            "SELECT present.id, lead.id, %s FROM res_partner present"
            " JOIN crm_lead lead ON lead.partner_id = present.id",
            LEAD,
        ),
    ),
}
# Whose a row ``mail`` can be, by the record that it was sent to.
DOCUMENT_OWNERS = {
    "crm.lead": (
        SQL("SELECT res_id AS owner_id FROM mail WHERE model = 'crm.lead'"),
        SQL(
            "SELECT lead.id FROM mail JOIN crm_lead lead"
            " ON lead.partner_id = mail.res_id WHERE model = 'res.partner'"
        ),
        SQL(
            "SELECT known.lead_id FROM mail JOIN website_crm_score_identity known"
            " ON known.contact_id = mail.res_id WHERE model = 'res.partner'"
        ),
    ),
    "res.partner": (
        SQL("SELECT res_id AS owner_id FROM mail WHERE model = 'res.partner'"),
        SQL(
            "SELECT lead.partner_id FROM mail JOIN crm_lead lead"
            " ON lead.id = mail.res_id WHERE model = 'crm.lead'"
        ),
    ),
}
IS_MAIL = SQL("trace.trace_type = 'mail' AND trace.is_test_trace IS NOT TRUE")


class WebsiteCrmScoreMails(models.AbstractModel):
    """Mails of newsletters, by whose they are: of a lead if they were sent to the lead
    or to its contact, or, as to a mailing list, to its e-mail address; and likewise of
    a contact."""

    _name = "website.crm.score.mails"
    _description = "Newsletters of Leads and Contacts"

    @api.model
    def _get_owned_mails(self, owners, columns, condition, joins=None):
        """Return the query of mails, each a row ``trace``, of each of their owners.

        :param models.BaseModel owners: the model of leads or of contacts
        :param SQL columns: what to know of ``trace``, besides the ``owner_id``
        :param SQL condition: on ``trace``
        :param SQL joins: more tables
        :rtype: SQL
        """
        if not is_shared(self.env):
            return self._find_mails(owners, columns, condition, joins)
        mails = self._find_mails(owners, SQL("trace.id"), SQL("TRUE"))
        return SQL(
            """
            SELECT who.owner_id, %(columns)s
              FROM (%(mails)s) who JOIN mailing_trace trace ON trace.id = who.id
                   %(joins)s
             WHERE %(condition)s
            """,
            columns=columns,
            mails=share(self.env, f"{owners._table}_mails", mails),
            joins=joins or SQL(),
            condition=condition,
        )

    @api.model
    def _find_mails(self, owners, columns, condition, joins=None):
        """Return the same query, which finds whose mails are whose by itself."""
        return SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT who.owner_id, %(columns)s
                  FROM (%(who)s) who JOIN mailing_trace trace ON %(is_theirs)s %(joins)s
                 WHERE %(is_mail)s AND %(is_of_company)s AND %(condition)s
                """,
                columns=columns,
                who=who,
                is_theirs=is_theirs,
                joins=joins or SQL(),
                is_mail=IS_MAIL,
                is_of_company=self._get_is_of_company_sql(),
                condition=condition,
            )
            for who, is_theirs in self._iter_ways(owners)
        )

    @api.model
    def _iter_ways(self, owners):
        """Yield the query of the owners and the condition that ``trace`` is a mail of
        ``who``: sent to an address that they have or had before a merger, or else to
        themselves, or to their contact or lead.

        Not more than these two, for PostgreSQL plans all the rest for each of them.
        """
        known = self.env["website.crm.score.identity"]
        yield (
            known._get_emails_sql(owners, SQL("present.company_id")),
            SQL("trace.email = who.email"),
        )
        documents = DOCUMENTS[owners._name]
        if owners._name == "crm.lead":
            documents = (*documents, known._get_former_contacts_sql(CONTACT))
        yield SQL(" UNION ALL ").join(documents), self._get_is_to_document_sql(owners)

    @api.model
    def _get_is_to_document_sql(self, owners):
        """Return the condition that ``trace`` is to the record of ``who``, and to no
        address of theirs; by the names of the models PostgreSQL uses our index."""
        return SQL(
            "trace.model IN ('crm.lead', 'res.partner') AND trace.model = who.model"
            " AND trace.res_id = who.res_id AND %s",
            self._get_is_to_other_email_sql(owners),
        )

    @api.model
    def _get_mail_owners(self, owners, mails):
        """Return the query of the owners, by ``owner_id``, of few mails, and of some
        whose they are not, as of another company.

        Each way by itself: PostgreSQL then begins with the mails.

        :param models.BaseModel owners: the model of leads or of contacts
        :param SQL mails: a query of ``email``, ``model`` and ``res_id``
        :rtype: SQL
        """
        ways = SQL(" UNION ALL ").join(
            (
                *DOCUMENT_OWNERS[owners._name],
                SQL(
                    "SELECT who.id FROM mail JOIN %s who"
                    " ON who.email_normalized = mail.email",
                    SQL.identifier(owners._table),
                ),
                SQL(
                    "SELECT known.%s FROM mail JOIN website_crm_score_identity known"
                    " ON known.email = mail.email",
                    SQL.identifier(owners._ledger_field),
                ),
            )
        )
        return SQL("WITH mail AS MATERIALIZED (%s) %s", mails, ways)

    @api.model
    def _get_is_to_other_email_sql(self, owners):
        """Return the condition that ``trace`` is to no address of ``who``."""
        return SQL(
            """
            trace.email IS DISTINCT FROM who.email_normalized
            AND NOT EXISTS (
                SELECT FROM website_crm_score_identity known
                 WHERE known.%s = who.owner_id AND known.email = trace.email)
            """,
            SQL.identifier(owners._ledger_field),
        )

    @api.model
    def _get_is_of_company_sql(self):
        """Return the condition that ``trace`` is no mail to a lead or contact of
        another company than ``who``, which only have the same address.

        Mailings, their lists and campaigns are of no company.
        """
        if len(self.env["res.company"]._get_all_company_ids()) < 2:
            return SQL("TRUE")
        return SQL(" AND ").join(
            SQL(
                """
                NOT EXISTS (
                    SELECT FROM %s receiver
                     WHERE trace.model = %s AND receiver.id = trace.res_id
                       AND receiver.company_id != who.company_id)
                """,
                SQL.identifier(self.env[name]._table),
                name,
            )
            for name in ("crm.lead", "res.partner")
        )
