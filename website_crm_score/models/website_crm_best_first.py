from odoo import api, models

ORDER = {"score": "DESC", "priority": "DESC", "id": "DESC"}


class WebsiteCrmBestFirst(models.AbstractModel):
    """What has a score, and is listed with the best first, as long as that is set.

    Where users work: in lists and kanban views that have no order of their own, and
    until somebody chooses another one. Whatever else searches has core's order, for
    which there is an index.
    """

    _name = "website.crm.best.first"
    _description = "Best First"

    @api.model
    def _is_best_first(self):
        """Return whether the user is to see the best ones first."""
        return bool(
            self.env["res.config.settings"]._get_scoring_number("best_first")
        ) and self._has_field_access(self._fields["score"], "read")

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self._is_best_first())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        is_ordered = view_type not in ("list", "kanban") or arch.get("default_order")
        if not is_ordered and self._is_best_first():
            order = (f"{name} {direction.lower()}" for name, direction in ORDER.items())
            arch.set("default_order", ", ".join(order))
        return arch, view

    def _get_read_group_order(self, dict_order, groupby, aggregates):
        # The best are first in each group; groups stay where users look for them,
        # unless it was a user who sorted by the score.
        items, best = list(dict_order.items()), list(ORDER.items())
        if items[-len(best) :] == best:
            dict_order = dict(items[: -len(best)])
        return super()._get_read_group_order(dict_order, groupby, aggregates)
