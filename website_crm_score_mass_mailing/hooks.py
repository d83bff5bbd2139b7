from odoo.tools import sql

from odoo.addons.website_crm_score.tools.loose_ends import tie_up


def pre_init_hook(env):
    """Add columns with what is known of the past before the ORM sees the fields.

    Left to the ORM, every existing mail would be computed and written one by one.
    """
    add_dates(env.cr)


def add_dates(cr):
    """Add since when newsletters have bounced and addresses are blocked.

    Of the past it is known when they were last written alone, and of a blocked address
    whether one of those who wrote it is no user of this database.
    """
    if not sql.column_exists(cr, "mailing_trace", "bounce_datetime"):
        cr.execute(
            """
            ALTER TABLE mailing_trace ADD COLUMN bounce_datetime timestamp;
            UPDATE mailing_trace SET bounce_datetime = write_date
             WHERE trace_status = 'bounce'
            """
        )
    if not sql.column_exists(cr, "mail_blacklist", "blocked_datetime"):
        cr.execute(
            """
            ALTER TABLE mail_blacklist ADD COLUMN blocked_datetime timestamp,
                                       ADD COLUMN blocked_user_id integer;
            UPDATE mail_blacklist blocked
               SET blocked_datetime = write_date,
                   blocked_user_id = COALESCE(
                       (SELECT author.id FROM res_users author
                         WHERE author.id IN (blocked.create_uid, blocked.write_uid)
                           AND author.share
                         LIMIT 1),
                       write_uid)
             WHERE active
            """
        )


def uninstall_hook(env):
    """Leave nothing behind that names what goes."""
    tie_up(env, "website_crm_score_mass_mailing")
