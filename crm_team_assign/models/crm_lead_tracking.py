from odoo import models


class CrmLead(models.Model):
    """What an assignment changes is logged on each lead, as all that is tracked; but
    for many leads at once, where Odoo makes each message with statements of its own.
    """

    _inherit = "crm.lead"

    def _message_track(self, fields_iter, initial_values_dict):
        if not self.env.context.get("is_assignment"):
            return super()._message_track(fields_iter, initial_values_dict)
        logs = []
        self = self.with_context(assignment_logs=logs)
        tracking = super()._message_track(fields_iter, initial_values_dict)
        self._create_logs(logs)
        return tracking

    def message_post(self, *, body="", **kwargs):
        logs = self.env.context.get("merge_logs")
        if logs is None or self.message_follower_ids:
            return super().message_post(body=body, **kwargs)
        # The summary of an automatic merger, of which nobody is to be told.
        return self.with_context(assignment_logs=logs)._message_log(body=body)

    def _message_log(self, **kwargs):
        logs = self.env.context.get("assignment_logs")
        self = self.with_context(assignment_logs=None, messages_to_log=logs)
        return super()._message_log(**kwargs)

    def _message_create(self, values_list):
        logs = self.env.context.get("messages_to_log")
        if logs is None:
            return super()._message_create(values_list)
        logs.extend(values_list)
        return self.env["mail.message"]

    def _create_logs(self, values_list):
        """Create messages, and then what they tell of changed fields."""
        tracking = [values.pop("tracking_value_ids") or () for values in values_list]
        leads = self.with_context(assignment_logs=None).sudo()  # sudo: as core logs
        messages = leads._message_create(values_list)
        leads.env["mail.tracking.value"].create(
            [
                {**values, "mail_message_id": message.id}
                for message, commands in zip(messages, tracking, strict=True)
                for _create, _id, values in commands
            ]
        )
