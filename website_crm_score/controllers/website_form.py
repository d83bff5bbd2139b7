from odoo.addons.website_crm.controllers.website_form import WebsiteForm


class WebsiteScoredForm(WebsiteForm):
    def insert_record(self, request, model_sudo, values, custom, meta=None):
        """Note that a form was sent: the lead that it makes does not tell."""
        record_id = super().insert_record(request, model_sudo, values, custom, meta)
        if record_id and model_sudo.model == "crm.lead":
            if lead := request.env["crm.lead"].browse(record_id).exists():
                request.env["website.crm.form"]._note(lead)
        return record_id
