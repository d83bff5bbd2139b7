"""Many messages, each to one user, are put into their inboxes at once: what is written
and sent is what ``_notify_thread`` writes and sends for one after the other."""

from odoo.addons.mail.tools.discuss import Store

from . import plain_create

# Of messages, what is read of all at once; all else of one is computed for its reader
READ = ("attachment_ids", "message_link_preview_ids", "notification_ids", "partner_ids")
READ += ("rating_ids", "reaction_ids", "starred_partner_ids", "tracking_value_ids")


def find_inboxes(letters):
    """Return what Odoo knows of those who are to have a message in their inbox.

    :param dict[mail.message, Letter] letters: the messages
    :return: of whom a message is for; not of those who get an e-mail, or nothing
    :rtype: dict[mail.message, dict]
    """
    to = {message: letter.values["partner_ids"] for message, letter in letters.items()}
    partner_ids = [partner_id for ids in to.values() for partner_id in ids]
    if not partner_ids:
        return {}
    thread = next(iter(letters.values())).thread
    known = thread.env["mail.followers"]._get_recipient_data(
        thread, "user_notification", None, partner_ids
    )[0]
    found = {message: [known.get(id_) for id_ in ids] for message, ids in to.items()}
    return {
        message: readers[0]
        for message, readers in found.items()
        if len(readers) == 1 and _has_inbox(readers[0])
    }


def _has_inbox(reader):
    return reader and reader["active"] and reader["uid"] and reader["notif"] == "inbox"


def deliver(letters, inboxes):
    """Put messages into the inboxes of their readers, and have their screens show it.

    :param dict[mail.message, dict] inboxes: see :func:`find_inboxes`
    """
    if not inboxes:
        return
    _notify(inboxes)
    # sudo: see _show
    messages = next(iter(inboxes)).union(*inboxes).sudo()
    messages.fetch(
        _list_stored(messages) + [name for name in READ if name in messages._fields]
    )
    messages.notification_ids.fetch(_list_stored(messages.notification_ids))
    for message, reader in inboxes.items():
        thread, values, options = letters[message]
        # By itself: what is computed for its reader is his alone.
        message = message.with_env(thread.env).with_prefetch()
        _show(message, thread.env["res.users"].browse(reader["uid"]), values)
        thread._notify_thread_by_web_push(message, [reader], msg_vals=values, **options)


def _notify(inboxes):
    """Add the notifications, as ``_notify_thread_by_inbox``."""
    vals_list = [
        {
            "author_id": message.author_id.id,
            "mail_message_id": message.id,
            "notification_status": "sent",
            "notification_type": "inbox",
            "res_partner_id": reader["id"],
        }
        for message, reader in inboxes.items()
    ]
    # sudo: as core
    model = next(iter(inboxes)).env["mail.notification"].sudo()
    if plain_create.can_add(model, vals_list):
        plain_create.add(model, vals_list)
    else:
        model.create(vals_list)


def _list_stored(records):
    fields = records._fields.items()
    return [name for name, field in fields if field.column_type and field.store]


def _show(message, user, values):
    # sudo: who a message is for may read it
    seen = message.with_user(user).with_context(allowed_company_ids=[]).sudo()
    followers = message.env["mail.followers"]  # of no record
    store = Store(bus_channel=user).add(
        seen, msg_vals=values, add_followers=True, followers=followers
    )
    payload = {"message_id": message.id, "store_data": store.get_result()}
    user._bus_send("mail.message/inbox", payload)
