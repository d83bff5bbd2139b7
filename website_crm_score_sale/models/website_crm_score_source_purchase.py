from odoo import api, models
from odoo.tools import SQL, LazyTranslate

from ..queries.order_lines import AMOUNT, REFUND

_lt = LazyTranslate(__name__)


class WebsiteCrmScoreSourcePurchase(models.AbstractModel):
    """Confirmed orders, less what was refunded of them."""

    _name = "website.crm.score.source.purchase"
    _inherit = "website.crm.score.source.order"
    _description = "Source of Events: Purchase"

    _event_type = "purchase"
    _label = _lt("Purchase")
    _evidence_states = ("sale",)
    _amount = SQL("%s - %s", AMOUNT, REFUND)

    @api.model
    def _get_candidates(self, cohort):
        return [(self.env._("Bought something"), {})]

    @api.model
    def _get_shop_events(self, rule, owners, parts):
        return self._get_order_events(
            rule,
            self._get_owned_orders(owners),
            parts,
            SQL("owned.state = 'sale'"),
            date=SQL("owned.date_order"),
        )

    @api.model
    def _iter_uncounted_owned(self, rule, owners):
        yield SQL("cart.state != 'sale'"), "unconfirmed"
        yield from super()._iter_uncounted_owned(rule, owners)
