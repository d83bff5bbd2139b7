"""Messages to many people are created together, then each is sent on its way."""

from odoo.addons.website_crm_score.tools.own_context import get_own

from . import plain_create

# What a message goes through, and whose code of it is known
METHODS = ("message_notify", "_message_create", "_notify_thread")
KNOWN = (
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.sms.models.mail_thread",
    "odoo.addons.crm_team_assign.models.mail_thread",
)


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
        threads = env["mail.thread"]
        return not any(plain_create.list_strangers(threads, METHODS, KNOWN))

    def send(self, env):
        """Create the messages, and send them.

        :rtype: mail.message
        """
        messages = env["mail.thread"]._message_create(self.messages)
        messages.fetch(["body"])
        for message, letter in zip(messages, self.letters, strict=True):
            thread, values, options = letter
            # By itself: what is computed for its reader is his alone.
            thread._notify_thread(message.with_prefetch(), values, **options)
        return messages
