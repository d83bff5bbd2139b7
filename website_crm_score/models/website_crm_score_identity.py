from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.merging import move_to_owners

OF_OWNERS = {"readonly": True, "index": "btree_not_null", "ondelete": "cascade"}


class WebsiteCrmScoreIdentity(models.Model):
    """What leads and contacts were known by, before others were merged into them or
    core gave them the address of another.

    Of merged leads or contacts one e-mail address and one contact are left. What the
    others did, and what they do later, bears those that they had: sources of events
    find it by these. A row says nothing about the present; rows are added by mergers
    and never change, but for whose they are.
    """

    _name = "website.crm.score.identity"
    _description = "Former Identity of a Lead or Contact"
    _rec_name = "email"
    _log_access = False

    lead_id = fields.Many2one(comodel_name="crm.lead", **OF_OWNERS)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Contact", **OF_OWNERS
    )
    email = fields.Char(
        string="Former E-mail", readonly=True, help="As core compares addresses."
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Former Contact",
        help="That a lead had which was merged into the present one.",
        **OF_OWNERS,
    )

    _email_idx = models.Index("(email) WHERE email IS NOT NULL")
    _one_owner = models.Constraint(
        "CHECK (num_nonnulls(lead_id, partner_id) = 1)",
        "It is either a lead or a contact that was known by something else.",
    )

    # MERGE

    @api.model
    def _merge_leads(self, pairs):
        """Note what leads were known by that are merged into others.

        A lead without a contact takes that of the other: core then gives the contact
        the address of the lead.

        :param SQL pairs: see ``get_pairs_sql``
        """
        move_to_owners(self, "lead_id", pairs)
        statement = SQL(
            """
            INSERT INTO website_crm_score_identity (lead_id, email, contact_id)
            SELECT lead.id, other.email_normalized, other.partner_id
              FROM %s
              JOIN crm_lead lead ON lead.id = pair.owner_id
              JOIN crm_lead other ON other.id = pair.duplicate_id
             WHERE num_nonnulls(other.email_normalized, other.partner_id) > 0
               AND (other.email_normalized, other.partner_id) IS DISTINCT FROM
                   (lead.email_normalized, lead.partner_id)
            """,
            pairs,
        )
        self._execute(statement)
        statement = SQL(
            """
            INSERT INTO website_crm_score_identity (partner_id, email)
            SELECT DISTINCT contact.id, contact.email_normalized
              FROM %s
              JOIN crm_lead lead ON lead.id = pair.owner_id
              JOIN crm_lead other ON other.id = pair.duplicate_id
              JOIN res_partner contact ON contact.id = other.partner_id
             WHERE lead.partner_id IS NULL
               AND contact.email_normalized != lead.email_normalized
            """,
            pairs,
        )
        self._execute(statement)

    @api.model
    def _merge_partners(self, pairs):
        """Note what contacts were known by that are merged into others.

        Core then gives the leads of all of them the address of the one that is left.

        :param SQL pairs: see ``get_pairs_sql``
        """
        move_to_owners(self, "partner_id", pairs)
        statement = SQL(
            """
            INSERT INTO website_crm_score_identity (partner_id, email)
            SELECT contact.id, other.email_normalized
              FROM %s
              JOIN res_partner contact ON contact.id = pair.owner_id
              JOIN res_partner other ON other.id = pair.duplicate_id
             WHERE other.email_normalized IS NOT NULL
               AND other.email_normalized IS DISTINCT FROM contact.email_normalized
            """,
            pairs,
        )
        self._execute(statement)
        statement = SQL(
            """
            INSERT INTO website_crm_score_identity (lead_id, email)
            SELECT lead.id, lead.email_normalized
              FROM (SELECT owner_id AS id FROM %(pairs)s
                     UNION SELECT duplicate_id FROM %(pairs)s) contact
              JOIN crm_lead lead ON lead.partner_id = contact.id
             WHERE lead.email_normalized IS NOT NULL
            """,
            pairs=pairs,
        )
        self._execute(statement)

    @api.model
    def _execute(self, statement):
        self.env.flush_all()
        self.env.cr.execute(statement)
        self.invalidate_model(flush=False)

    # SOURCES

    @api.model
    def _get_former_emails_sql(self, owners, columns=None):
        """Return the query of former addresses: ``owner_id`` and ``email``, each once.

        :param models.BaseModel owners: the model of whom they are
        :param SQL columns: what else to know of a row ``present``, the owner
        """
        return SQL(
            """
            SELECT known.%(owner)s AS owner_id, known.email %(columns)s
              FROM website_crm_score_identity known
              JOIN %(table)s present ON present.id = known.%(owner)s
             WHERE known.email IS NOT NULL
               AND known.email IS DISTINCT FROM present.email_normalized
               AND NOT EXISTS (
                   SELECT FROM website_crm_score_identity earlier
                    WHERE earlier.%(owner)s = known.%(owner)s
                      AND earlier.email = known.email AND earlier.id < known.id)
            """,
            owner=SQL.identifier(owners._ledger_field),
            columns=_add_columns(columns),
            table=SQL.identifier(owners._table),
        )

    @api.model
    def _get_emails_sql(self, owners, columns=None):
        """Return the query of present and former addresses, as above."""
        return SQL(
            "SELECT id AS owner_id, email_normalized AS email %s FROM %s present"
            " WHERE email_normalized IS NOT NULL UNION ALL %s",
            _add_columns(columns),
            SQL.identifier(owners._table),
            self._get_former_emails_sql(owners, columns),
        )

    @api.model
    def _get_former_contacts_sql(self, columns=None):
        """Return the query of former contacts of leads: ``lead_id`` and ``contact_id``,
        each once.

        :param SQL columns: what else to know of a row ``present``, the lead
        """
        return SQL(
            """
            SELECT DISTINCT known.lead_id, known.contact_id %s
              FROM website_crm_score_identity known
              JOIN crm_lead present ON present.id = known.lead_id
             WHERE known.contact_id IS DISTINCT FROM present.partner_id
               AND known.contact_id IS NOT NULL
            """,
            _add_columns(columns),
        )


def _add_columns(columns):
    return SQL(", %s", columns) if columns else SQL()
