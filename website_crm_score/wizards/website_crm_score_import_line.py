from odoo import fields, models

from ..fields import ParentMany2one, TechnicalJson


class WebsiteCrmScoreImportLine(models.TransientModel):
    """A rule of a file, what of it is not here, and whether it is to be made."""

    _name = "website.crm.score.import.line"
    _description = "Scoring Rule of a File"
    _order = "id"

    import_id = ParentMany2one(comodel_name="website.crm.score.import", string="File")
    name = fields.Char(string="Rule", readonly=True)
    points = fields.Float(digits=(16, 2), readonly=True)
    condition = fields.Char(readonly=True)
    problems = fields.Text(string="To Look at", readonly=True)
    is_wrong = fields.Boolean(
        readonly=True, help="The rule cannot be made in this database."
    )
    is_used = fields.Boolean(string="Import", default=True)
    rule_values = TechnicalJson()
    translations = TechnicalJson()
