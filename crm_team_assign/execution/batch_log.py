"""What is to be logged, collected for many leads at once."""

from contextlib import contextmanager

from odoo.addons.website_crm_score.tools.mergers import OF_MESSAGES
from odoo.addons.website_crm_score.tools.own_context import OURS, HandedDown

from . import plain_create


class BatchLog(HandedDown):
    """The values of messages that core is about to create one by one."""

    context_key = "assignment_log"

    def __init__(self):
        self.messages = []
        self.is_collecting = False
        self.order = None  # in which changed fields are told

    @contextmanager
    def collect(self):
        """Collect what is created meanwhile: what is logged, not what is sent."""
        self.is_collecting = True
        try:
            yield
        finally:
            self.is_collecting = False

    def create_all(self, leads):
        """Create the messages, and then what they tell of changed fields.

        :param crm.lead leads: in whose environment they were collected
        """
        commands = [values.pop("tracking_value_ids") or () for values in self.messages]
        # sudo: as core logs
        leads = leads.with_context(assignment_log=None, is_batch=OURS).sudo()
        messages = leads._message_create(self.messages)
        tracking = [
            {**values, "mail_message_id": message.id}
            for message, of_message in zip(messages, commands, strict=True)
            for _create, _id, values in of_message
        ]
        plain_create.create(leads.env["mail.tracking.value"], tracking)
        messages.invalidate_recordset(["tracking_value_ids"], flush=False)
        leads.browse(values["res_id"] for values in self.messages).invalidate_recordset(
            OF_MESSAGES, flush=False
        )


class MergeLog(BatchLog):
    """Collects the summaries of mergers."""

    context_key = "merge_log"
