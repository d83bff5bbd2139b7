from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.website_crm_score.models.website_crm_score_mention import strike_out


def migrate(cr, version):
    """Messages of alerts and assignments are known by the leads that they name; of
    leads that are no more they tell nothing."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    named = get_named_sql()
    cr.execute(
        SQL(
            """
            INSERT INTO website_crm_score_mention (lead_id, message_id)
            SELECT named.lead_id, named.message_id
              FROM (%s) named
              JOIN crm_lead lead ON lead.id = named.lead_id
             WHERE NOT EXISTS (
                   SELECT FROM website_crm_score_mention mention
                    WHERE mention.lead_id = named.lead_id
                      AND mention.message_id = named.message_id)
            """,
            named,
        )
    )
    strike_out_deleted(env, named)


def get_named_sql():
    """Return the query of the leads that are named by messages of no record."""
    return SQL(
        """
        SELECT DISTINCT message.id AS message_id, found.id[1]::integer AS lead_id
          FROM mail_message message
    CROSS JOIN LATERAL regexp_matches(
               body, 'data-oe-model="crm.lead" data-oe-id="([0-9]+)"', 'g') found (id)
         WHERE message_type = 'user_notification' AND COALESCE(model, '') = ''
        """
    )


def strike_out_deleted(env, named):
    rows = env.execute_query(
        SQL(
            """
            SELECT message_id, array_agg(lead_id) FROM (%s) named
             WHERE NOT EXISTS (SELECT FROM crm_lead WHERE id = named.lead_id)
          GROUP BY message_id
            """,
            named,
        )
    )
    for message_id, lead_ids in rows:
        message = env["mail.message"].browse(message_id)
        body, goes_on = strike_out(message.body, set(lead_ids))
        if goes_on:
            message.body = body
        else:
            message.unlink()
