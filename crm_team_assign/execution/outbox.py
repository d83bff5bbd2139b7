"""Messages to many people are created together, then each is sent on its way; those
for inboxes together, too, as ``_notify_thread`` does it for one after the other."""

from typing import NamedTuple

from odoo import models

from odoo.addons.mail.tools.discuss import Store
from odoo.addons.website_crm_score.tools.overrides import list_strangers
from odoo.addons.website_crm_score.tools.own_context import OURS, HandedDown

from . import plain_create

# What a message goes through, and whose code of it is known
METHODS = {
    "mail.thread": (
        "message_notify",
        "_message_create",
        "_notify_thread",
        "_notify_get_recipients",
        "_notify_thread_with_out_of_office",
        "_notify_thread_by_inbox",
        "_notify_thread_by_email",
        "_notify_thread_by_web_push",
        "_notify_thread_by_sms",
    ),
    "mail.message": ("_to_store", "_to_store_defaults", "_extras_to_store"),
}
KNOWN = (
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.sms.models.mail_thread",
    "odoo.addons.crm_team_assign.models.mail_thread",
    "odoo.addons.mail.models.mail_message",
    "odoo.addons.mail.models.discuss.mail_message",
    "odoo.addons.rating.models.mail_message",
    "odoo.addons.im_livechat.models.mail_message",
)
# Of messages, what is read of all at once; all else of one is computed for its reader
READ = ("attachment_ids", "message_link_preview_ids", "notification_ids", "partner_ids")
READ += ("rating_ids", "reaction_ids", "starred_partner_ids", "tracking_value_ids")


class Letter(NamedTuple):
    """What is to be sent: the arguments of ``_notify_thread``."""

    thread: models.Model
    values: dict
    options: dict


class Outbox(HandedDown):
    """Collects what ``message_notify`` is about to create and to send, one by one."""

    context_key = "outbox"

    def __init__(self):
        self.messages = []
        self.letters = []

    @staticmethod
    def is_known(env):
        """Return whether nobody but Odoo's own code has a hand in it."""
        return not any(
            any(list_strangers(env[name], methods, KNOWN))
            for name, methods in METHODS.items()
        )

    def send(self, env):
        """Create the messages, and send them.

        :rtype: mail.message
        """
        # sudo: that anybody may be told of his leads is nobody's to refuse
        threads = env["mail.thread"].with_context(is_batch=OURS).sudo()
        messages = threads._message_create(self.messages).with_env(env)
        letters = dict(zip(messages, self.letters, strict=True))
        inboxes = _find_inboxes(letters)
        if inboxes:
            _deliver(letters, inboxes)
        for message, (thread, values, options) in letters.items():
            if message not in inboxes:
                message = message.with_env(thread.env).with_prefetch()
                thread._notify_thread(message, values, **options)
        return messages


def _find_inboxes(letters):
    """Return what Odoo knows of the reader of each message that is for one inbox."""
    to = {message: letter.values["partner_ids"] for message, letter in letters.items()}
    partner_ids = [partner_id for ids in to.values() for partner_id in ids]
    if not partner_ids:
        return {}
    thread = next(iter(letters.values())).thread
    known = thread.env["mail.followers"]._get_recipient_data(
        thread, "user_notification", None, partner_ids
    )[0]
    inboxes = {}
    for message, ids in to.items():
        reader = len(ids) == 1 and known.get(ids[0])
        if reader and reader["active"] and reader["uid"] and reader["notif"] == "inbox":
            inboxes[message] = reader
    return inboxes


def _deliver(letters, inboxes):
    """Put messages into the inboxes of their readers, whose screens show it."""
    # sudo: see _show
    messages = next(iter(inboxes)).union(*inboxes).sudo()
    _notify(messages, inboxes)
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


def _notify(messages, inboxes):
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
    plain_create.create(messages.env["mail.notification"].sudo(), vals_list)


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
