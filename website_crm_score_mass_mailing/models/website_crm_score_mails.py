from odoo import api, models
from odoo.tools import SQL

# The mails that were sent to owners, or to whom they belong to.
DOCUMENTS = {
    "crm.lead": (
        SQL(
            "crm_lead who JOIN mailing_trace trace"
            " ON trace.model = 'crm.lead' AND trace.res_id = who.id"
        ),
        SQL(
            "crm_lead who JOIN mailing_trace trace"
            " ON trace.model = 'res.partner' AND trace.res_id = who.partner_id"
        ),
    ),
    "res.partner": (
        SQL(
            "res_partner who JOIN mailing_trace trace"
            " ON trace.model = 'res.partner' AND trace.res_id = who.id"
        ),
        SQL(
            "res_partner who JOIN crm_lead lead ON lead.partner_id = who.id"
            " JOIN mailing_trace trace"
            " ON trace.model = 'crm.lead' AND trace.res_id = lead.id"
        ),
    ),
}


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
        queries = [
            SQL(
                """
                SELECT who.id AS owner_id, %(columns)s
                  FROM %(way)s %(joins)s
                 WHERE trace.trace_type = 'mail' AND trace.is_test_trace IS NOT TRUE
                   AND %(is_of_company)s AND %(is_new)s AND %(condition)s
                """,
                columns=columns,
                way=way,
                joins=joins or SQL(),
                is_of_company=self._get_is_of_company_sql(),
                is_new=is_new,
                condition=condition,
            )
            for way, is_new in self._iter_trace_ways(owners)
        ]
        return SQL(" UNION ALL ").join(queries)

    @api.model
    def _iter_trace_ways(self, owners):
        """Yield how ``trace``, a mail of ``who``, is found: sent to an address that
        they have or had before a merger, to themselves, or to their contact or lead.

        Each by an index, and with the condition that it is found in no way before.
        """
        known = self.env["website.crm.score.identity"]
        who = SQL("%s who", SQL.identifier(owners._table))
        yield (
            SQL(
                "%s JOIN mailing_trace trace ON trace.email = who.email_normalized", who
            ),
            SQL("TRUE"),
        )
        yield (
            SQL(
                "%s JOIN (%s) former ON former.owner_id = who.id"
                " JOIN mailing_trace trace ON trace.email = former.email",
                who,
                known._get_former_emails_sql(owners),
            ),
            SQL("TRUE"),
        )
        documents = DOCUMENTS[owners._name]
        if owners._name == "crm.lead":
            former = SQL(
                "%s JOIN (%s) former ON former.lead_id = who.id"
                " JOIN mailing_trace trace"
                " ON trace.model = 'res.partner' AND trace.res_id = former.contact_id",
                who,
                known._get_former_contacts_sql(),
            )
            documents += (former,)
        for document in documents:
            yield document, self._get_is_to_other_email_sql(owners)

    @api.model
    def _get_is_to_other_email_sql(self, owners):
        """Return the condition that ``trace`` is to no address of ``who``."""
        return SQL(
            """
            trace.email IS DISTINCT FROM who.email_normalized
            AND NOT EXISTS (
                SELECT FROM website_crm_score_identity known
                 WHERE known.%s = who.id AND known.email = trace.email)
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
