from odoo import models

from ..execution.outbox import Letter, Outbox


class MailThread(models.AbstractModel):
    """Messages to many people wait in an outbox until all of them are written."""

    _inherit = "mail.thread"

    def _message_create(self, values_list):
        outbox = Outbox.get(self.env)
        if not outbox:
            return super()._message_create(values_list)
        outbox.messages += values_list
        return self.env["mail.message"]

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        outbox = Outbox.get(self.env)
        if not outbox:
            return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        thread = self.with_context(outbox=None)
        outbox.letters.append(Letter(thread, msg_vals, kwargs))
        return []
