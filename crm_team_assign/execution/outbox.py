"""Messages to many people are created together, then each is sent on its way."""

from typing import NamedTuple

from odoo import models

from odoo.addons.website_crm_score.tools.own_context import OURS, get_own

from . import plain_create
from .inbox import deliver, find_inboxes

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


class Letter(NamedTuple):
    """What is to be sent: the arguments of ``_notify_thread``."""

    thread: models.Model
    values: dict
    options: dict


class Outbox:
    """Collects what ``message_notify`` is about to create and to send, one by one.

    It is handed down in the context, where a client can put no such thing.
    """

    def __init__(self):
        self.messages = []
        self.letters = []

    @classmethod
    def get(cls, env):
        """Return the one that messages are collected in, None if in none."""
        return get_own(env, "outbox", cls)

    @staticmethod
    def is_known(env):
        """Return whether nobody but Odoo's own code has a hand in it."""
        return not any(
            any(plain_create.list_strangers(env[name], methods, KNOWN))
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
        inboxes = find_inboxes(letters)
        deliver(letters, inboxes)
        for message, letter in letters.items():
            if message not in inboxes:
                thread = letter.thread
                message = message.with_env(thread.env).with_prefetch()
                thread._notify_thread(message, letter.values, **letter.options)
        return messages
