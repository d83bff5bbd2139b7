from odoo import api, models

from ..exchange.domains import pack
from ..exchange.references import References

# What a field of a rule can be, to be in a file.
TYPES = {
    "boolean",
    "char",
    "float",
    "integer",
    "many2many",
    "many2one",
    "selection",
    "text",
}
# Whether it is on, and who answers for it: that is of a database.
KEPT = {"active", "author_id", "is_draft", *models.MAGIC_COLUMNS}


class WebsiteCrmScoreExchange(models.AbstractModel):
    """What of a rule is in a file, by which it gets into another database.

    That is what a copy of it has; of the filters of events, those of its own source.
    An addon has nothing to add for its fields, see :mod:`..exchange`.
    """

    _name = "website.crm.score.exchange"
    _description = "Exchange of Scoring Rules"

    def action_export_to_file(self):
        """Download these rules as a file, which *Import* reads."""
        self._check_exchange()
        ids = ",".join(map(str, self.ids))
        return {
            "type": "ir.actions.act_url",
            "url": f"/website_crm_score/rules?ids={ids}",
            "target": "download",
        }

    @api.model
    def _check_exchange(self):
        """Check that the user may have rules in files: who may write them."""
        self.check_access("create")

    @api.model
    def _get_reference_keys(self):
        """Return by which fields a file names records of a model that are not told
        apart by their name and parent. Addons add theirs.

        :return: lists of fields, of which the later ones are only named where it takes
            them, by model
        :rtype: dict[str, list[str]]
        """
        return {
            "website.page": ["url", "website_id"],
            "res.country.state": ["name", "country_id"],
        }

    # INTO THIS DATABASE

    @api.model
    def _make_from_file(self, values, translations):
        """Make a draft of what was read from a file.

        :param dict translations: texts by language, by field, if there are any
        """
        rule = self.create({**values, "is_draft": True})
        for name, texts in (translations or {}).items():
            rule.update_field_translations(name, texts)
        return rule

    def _is_known(self):
        """Return whether another rule differs from this one in its place only."""
        rules = self.with_context(active_test=False)
        others = rules.search([("name", "=", self.name), ("id", "!=", self.id)])
        packed, *known = (
            {**rule._pack()[0], "sequence": None} for rule in self + others
        )
        return packed in known

    # WHAT IS IN A FILE

    @api.model
    def _get_exchanged_fields(self, rule_type, event_type):
        """Return the names of the fields that such a rule has in a file."""
        unused = self._get_event_fields() - {"rule_type"}
        if rule_type == "event":
            sources = self.env["website.crm.score.source"]
            others = {name for source in sources._get_all() for name in source._filters}
            unused = others - set(sources._find(event_type)._filters)
        return {
            name
            for name, field in self._fields.items()
            if field.store and field.copy and field.type in TYPES and name not in KEPT
            if not unused & {name, *self._get_origins(name)}
        }

    @api.model
    def _get_origins(self, name):
        """Return the fields that a field only repeats, as long as they are set."""
        field = self._fields[name]
        if not field.compute or not field.readonly:
            return set()
        return {path.split(".")[0] for path in self.pool.field_depends[field]}

    @api.model
    def _knows_event(self, rule_type, event_type):
        """Return whether such rules can be counted here."""
        sources = self.env["website.crm.score.source"]
        known = [kind for kind, _label in sources._get_selection()]
        return rule_type != "event" or not event_type or event_type in known

    def _pack(self):
        """Return what files have of these rules, a dictionary each."""
        # sudo: who may read a rule may know what it is on
        options = References(self.env), References(self.sudo().env)
        return [rule._pack_one(*options) for rule in self.sorted()]

    def _pack_one(self, references, all_references):
        names = self._get_exchanged_fields(self.rule_type, self.event_type)
        values = {"name": self._pack_texts("name")}
        for name in sorted(names - values.keys()):
            if name == "domain":
                owners = self._get_owners(self.apply_to)
                values[name] = pack(self.domain, owners, references)
            elif not any(self[origin] for origin in self._get_origins(name)):
                values[name] = self._pack_field(name, all_references)
        return values

    def _pack_field(self, name, references):
        field, value = self._fields[name], self[name]
        if field.type == "many2one":
            return references.describe(value) if value else None
        if field.type == "many2many":
            # Not by their ids: these are of a database.
            return sorted(map(references.describe, value), key=repr)
        if field.translate:
            return self._pack_texts(name)
        return value if field.type in ("boolean", "integer", "float") else value or None

    def _pack_texts(self, name):
        """Return a text, or texts by language if they are not all the same."""
        first = self.with_context(lang=None)[name] or ""
        texts = {
            lang: self.with_context(lang=lang)[name]
            for lang, _label in self.env["res.lang"].get_installed()
        }
        others = {lang: text for lang, text in texts.items() if text != first}
        return {"en_US": first, **others} if others else first
