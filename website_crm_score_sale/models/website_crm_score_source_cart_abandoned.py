from odoo import api, models
from odoo.tools import SQL, LazyTranslate

from .website_crm_score_source_order import WebsiteCrmScoreSourceOrder

_lt = LazyTranslate(__name__)


class WebsiteCrmScoreSourceCartAbandoned(models.AbstractModel):
    """Carts that were left: they count some hours after their last change.

    Whoever bought something later on the same website, by whatever cart, left none.
    """

    _name = "website.crm.score.source.cart.abandoned"
    _inherit = "website.crm.score.source.order"
    _description = "Source of Events: Cart Abandoned"

    _event_type = "cart_abandoned"
    _label = _lt("Cart abandoned")
    _evidence_states = ("draft", "sent")
    _filters = (*WebsiteCrmScoreSourceOrder._filters, "cart_hours")

    @api.model
    def _find_error(self, rule):
        is_wrong = rule.cart_hours < 1
        return super()._find_error(rule) or (
            is_wrong and self.env._("say after how many hours, at least one.")
        )

    @api.model
    def _get_candidates(self, cohort):
        return [(self.env._("Left a cart"), {})]

    @api.model
    def _get_shop_events(self, rule, owners, parts):
        # When the same owner last bought something on the same website is read together
        # with the orders, not once again.
        owned = SQL(
            """
            SELECT owned.*, max(date_order) FILTER (WHERE state = 'sale')
                   OVER (PARTITION BY owner_id, website_id) AS bought_date
              FROM (%s) owned
            """,
            self._get_owned_orders(owners),
        )
        return self._get_order_events(
            rule,
            owned,
            parts,
            SQL(
                "owned.state = 'draft'"
                " AND (owned.bought_date >= bought.changed_date) IS NOT TRUE"
            ),
            date=SQL("bought.changed_date + %s * interval '1 hour'", rule.cart_hours),
        )

    @api.model
    def _iter_uncounted_owned(self, rule, owners):
        is_bought = SQL(
            """
            cart.state = 'sale' OR cart.state = 'draft' AND EXISTS (
                SELECT FROM (%s) later
                 WHERE later.owner_id = linked.owner_id AND later.state = 'sale'
                   AND later.website_id = cart.website_id
                   AND later.date_order >= bought.changed_date)
            """,
            self._get_owned_orders(owners),
        )
        yield is_bought, "bought"
        yield SQL("cart.state != 'draft'"), None
        yield from super()._iter_uncounted_owned(rule, owners)

    @api.model
    def _get_recent_events(self, rule, owners, since):
        # A cart counts some time after its last change, and no longer after the next.
        return super()._get_recent_events(rule, owners, since, hours=rule.cart_hours)
