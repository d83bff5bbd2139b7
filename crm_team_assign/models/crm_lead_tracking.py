from odoo import models

from odoo.addons.website_crm_score.tools.own_context import OURS

from ..tools.batch_log import BatchLog


class CrmLead(models.Model):
    """What an assignment changes is logged on each lead, as all that is tracked; but
    for many leads at once, where Odoo makes each message with statements of its own.
    """

    _inherit = "crm.lead"

    def _message_track(self, fields_iter, initial_values_dict):
        if self.env.context.get("is_assignment") is not OURS:
            return super()._message_track(fields_iter, initial_values_dict)
        log = BatchLog()
        self = self.with_context(assignment_log=log)
        tracking = super()._message_track(fields_iter, initial_values_dict)
        self._create_logs(log.messages)
        return tracking

    def message_post(self, *, body="", **kwargs):
        log = self._get_batch_log("merge_log")
        if not log or self.message_follower_ids:
            return super().message_post(body=body, **kwargs)
        # The summary of an automatic merger, of which nobody is to be told.
        return self.with_context(assignment_log=log)._message_log(body=body)

    def _message_log(self, **kwargs):
        log = self._get_batch_log("assignment_log")
        self = self.with_context(assignment_log=None, message_log=log)
        return super()._message_log(**kwargs)

    def _message_create(self, values_list):
        log = self._get_batch_log("message_log")
        if not log:
            return super()._message_create(values_list)
        log.messages.extend(values_list)
        return self.env["mail.message"]

    def _get_batch_log(self, key):
        log = self.env.context.get(key)
        return log if isinstance(log, BatchLog) else None

    def _create_logs(self, values_list):
        """Create messages, and then what they tell of changed fields."""
        tracking = [values.pop("tracking_value_ids") or () for values in values_list]
        leads = self.with_context(assignment_log=None).sudo()  # sudo: as core logs
        messages = leads._message_create(values_list)
        leads.env["mail.tracking.value"].create(
            [
                {**values, "mail_message_id": message.id}
                for message, commands in zip(messages, tracking, strict=True)
                for _create, _id, values in commands
            ]
        )
