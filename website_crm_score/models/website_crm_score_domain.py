from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from ..fields import TechnicalBoolean, TechnicalChar
from ..scoring.counting import get_counts_sql
from ..scoring.matching import get_query, get_reader
from ..tools.attempt import attempt
from ..tools.record_names import name_records
from ..tools.rule_domain import find_query_error
from ..tools.time_zone import find_same_zone


class WebsiteCrmScoreDomain(models.AbstractModel):
    """Which owners a rule is for: a domain, read as its author reads it.

    Names and dates in it mean what they meant to its author, and records that the
    author may not read do not count. Who changes the domain becomes its author.
    """

    _name = "website.crm.score.domain"
    _description = "Domain of a Scoring Rule"

    domain = fields.Char(
        required=True,
        default="[]",
        help="Which leads or contacts get the points. When the rule is saved, names of "
        "records become the records that are so called in the language of the user.",
    )
    apply_to = fields.Selection(
        selection=[("lead", "Leads"), ("partner", "Contacts")],
        required=True,
        default="lead",
        help="Leads: the points are those of each lead and opportunity.\n"
        "Contacts: they are those of each contact, with or without a lead.",
    )
    model_name = TechnicalChar(compute="_compute_model_name")
    shows_apply_to = TechnicalBoolean(compute="_compute_shows_apply_to")
    author_id = fields.Many2one(
        comodel_name="res.users",
        string="Domain Written by",
        default=lambda self: self.env.user,
        required=True,
        readonly=True,
        ondelete="restrict",
        help="The rule looks at what this user may read.",
    )
    lang = TechnicalChar(default=lambda self: self.env.lang or self.env.user.lang)
    tz = TechnicalChar(default=lambda self: self.env.tz.zone)
    unknown_names = TechnicalChar(compute="_compute_unknown_names")

    @api.depends("apply_to")
    def _compute_model_name(self):
        for rule in self:
            rule.model_name = rule._get_owners(rule.apply_to)._name

    @api.depends("apply_to")
    @api.depends_context("uid")
    def _compute_shows_apply_to(self):
        # sudo: of any company
        rules = self.sudo().with_context(active_test=False)
        is_shown = self.env.user.has_group("base.group_no_one") or bool(
            rules.search_count([("apply_to", "=", "partner")], limit=1)
        )
        for rule in self:
            rule.shows_apply_to = is_shown or rule.apply_to == "partner"

    @api.depends("domain", "apply_to", "lang", "author_id")
    def _compute_unknown_names(self):
        for rule in self:
            saved, unknown = rule._origin, []
            if (rule.domain, rule.apply_to) == (saved.domain, saved.apply_to):
                reader = saved
            else:  # it means what it means to who is writing it
                reader = rule.new(
                    {**self._get_reader_values(), "apply_to": rule.apply_to}
                )
            reader._name_records(rule.domain, unknown)
            rule.unknown_names = ", ".join(
                f"{label} “{text}”" for label, text in unknown
            )

    # OWNERS

    @api.model
    def _get_owners(self, apply_to):
        """Return the model of what rules for ``apply_to`` score."""
        return self.env["res.partner" if apply_to == "partner" else "crm.lead"]

    @api.model
    def _iter_owners(self):
        """Yield each model that has scores."""
        for apply_to, _label in self._fields["apply_to"].selection:
            yield self._get_owners(apply_to)

    def _group_by_owners(self):
        """Return the models that these rules score, each with its rules."""
        groups = self.grouped(lambda rule: rule.apply_to or "lead")
        return [(self._get_owners(name), rules) for name, rules in groups.items()]

    # AUTHOR

    @api.model
    def _sign(self, vals, apply_to="lead"):
        """Return ``vals`` of a rule as the user's own, with names in it resolved."""
        vals = {**self._get_reader_values(), **vals}
        if not self.env.su:
            vals["author_id"] = self.env.uid
        if vals.get("domain"):
            reader = self.new(
                {
                    "apply_to": vals.get("apply_to", apply_to),
                    **{name: vals[name] for name in ("author_id", "lang", "tz")},
                }
            )
            vals["domain"] = reader._name_records(vals["domain"])
        return vals

    @api.model
    def _get_reader_values(self):
        return {**self.default_get(["lang", "tz"]), "author_id": self.env.uid}

    @api.model
    def _think_up(self, values):
        """Return a rule that is only thought of, as the user would write it."""
        defaults = self.default_get(list(self._fields))
        values = {**defaults, **self._get_reader_values(), **values}
        # sudo: what happened is counted with all rights, as a run does it
        return self.sudo().new(values)

    def _name_records(self, text, unknown=None):
        """Return ``text`` with the ids of the records that it names, to the reader.

        :param str text: a domain; one that cannot be read is left as it is
        :param list unknown: see :func:`~.record_names.name_records`
        """
        self.env.flush_all()
        with attempt(self.env.cr, flush=False):
            return name_records(text, get_reader(self), unknown)
        return text  # the constraint tells what is wrong

    def _get_day_sql(self, date):
        """Return the SQL of the day of ``date``, in UTC, where the author is."""
        zone = self._get_sql_zone(self.tz)
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", date, zone)

    @api.model
    @ormcache("name")
    def _get_sql_zone(self, name):
        """Return the time zone that users call ``name`` by a name that PostgreSQL
        knows, too: UTC if it is none, or no zone."""
        if not name or name == "UTC":
            return "UTC"
        rows = self.env.execute_query(SQL("SELECT name FROM pg_timezone_names"))
        return find_same_zone(name, {known for (known,) in rows})

    # TRYING

    def _find_error(self, scope=None):
        """Return why the domain of this rule cannot be used, or None.

        :param Domain scope: owners to try it on; by default it is only planned
        """
        self.ensure_one()
        return find_query_error(
            self.env,
            lambda: self._get_statement(Domain.TRUE if scope is None else scope),
            on_data=scope is not None,
        )

    def _get_statement(self, scope):
        """Return the SQL of what a run of this rule reads."""
        query = get_query(self, scope)
        if self.rule_type == "event" and not self._find_event_error():
            return get_counts_sql(self, query)
        return query.select()

    @api.model
    @ormcache(cache="stable")
    def _get_derived_fields(self):
        """Return the fields that depend on what the rules make, on whichever way.

        They cannot be what rules look at: the result would depend on the order in which
        rules run.
        """
        names = self.env["website.crm.scored"]._fields.keys() - self.env["base"]._fields
        made = {
            field
            for model in self.env.registry.values()
            for field in model._fields.values()
            if model._name.startswith(self._name)  # the models of the scoring itself
            or (field.comodel_name or "").startswith(self._name)
            or field.name in names
            and getattr(model, "_ledger_field", None)
        }
        return frozenset(made).union(
            *(self.env.registry.get_dependent_fields(field) for field in made)
        )
