"""What buttons return."""

RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}


def get_action(env, xml_id, **values):
    """Return the window of an action, with other values, such as a domain."""
    return {**env["ir.actions.act_window"]._for_xml_id(xml_id), **values}


def open_form(record, name, **values):
    """Return the window of a form: that of a record, or of a new one if it is none."""
    return {
        "type": "ir.actions.act_window",
        "name": name,
        "res_model": record._name,
        "res_id": record.id,
        "views": [(False, "form")],
        **values,
    }


def notify(message, **params):
    """Return a notification: of success, unless ``params`` have another ``type``."""
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {"type": "success", "message": message, **params},
    }
