from odoo import api, fields, models

from ..fields import TechnicalChar

OF_PAGE = {"compute": "_compute_page_address", "store": True, "copy": True}


class WebsiteCrmScoreVisitFilters(models.AbstractModel):
    """By what the events of the website are chosen."""

    _name = "website.crm.score.visit.filters"
    _description = "Filters of Visits"

    page_match = fields.Selection(
        selection=[
            ("contains", "The address contains"),
            ("is", "The address is"),
            ("page", "The page is"),
        ],
        string="Which Page",
        default="contains",
        help="Only tracked pages are recorded: tick Track Page on the page.",
    )
    page_url = fields.Char(
        string="Address",
        help="As the browser shows it, without what follows ? or #. Capital and small "
        "letters are the same, and so are http and https. A path alone, such as "
        "/pricing, is a page of any of your websites; a page in another language has "
        "another address, such as /fr/pricing.",
    )
    page_id = fields.Many2one(
        comodel_name="website.page",
        ondelete="set null",  # what was its address still says which page it was
        help="In whatever language it is seen, and however it is edited: the copy of a "
        "page that was made for a website, and any page of the same address, is the "
        "same page.",
    )
    page_key = TechnicalChar(**OF_PAGE)
    page_path = fields.Char(string="Address of the Page", **OF_PAGE)
    visit_unit = fields.Selection(
        selection=[("visit", "Each visit"), ("day", "Each different day")],
        string="Counts",
        default="visit",
    )
    absence_days = fields.Integer(
        string="After (Days)",
        default=7,
        help="A visit counts if the one before was at least so many days earlier.",
    )
    stay_unit = fields.Selection(
        selection=[("visit", "Each visit"), ("total", "All visits together")],
        string="Time of",
        default="total",
        help="The time is that from one tracked page to the next. Who sees none for "
        "more than 30 minutes has ended the visit.",
    )
    stay_minutes = fields.Integer(
        string="Minutes (at Least)",
        default=5,
        help="Of each visit, 0 for any; or of all visits together, which count once.",
    )

    @api.depends("page_id.key", "page_id.url")
    def _compute_page_address(self):
        for rule in self:
            page = rule.page_id.sudo()  # sudo: who writes rules may not read all pages
            # Those of a page that was deleted are kept: it may be made anew.
            rule.page_key = page.key or rule.page_key
            rule.page_path = page.url or rule.page_path
