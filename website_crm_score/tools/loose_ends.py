"""What users made with the fields of an addon, when the addon is uninstalled.

A filter, automation rule or mailing that names a field that is no more fails, and takes
along whatever runs it: the daily assignment of all teams, each new lead. So these are
switched off, and the administrators are told which.
"""

import logging
import re
from ast import literal_eval

from markupsafe import Markup

from odoo import SUPERUSER_ID
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# A domain that nothing matches: to take a condition away would give more than wanted.
NOTHING = '[["id", "in", []]]'
# A path of fields in a domain, a context (with the part of a date to group by) or an
# order.
PATH = re.compile(r"""['"](\w+(?:\.\w+)*)(?::\w+| asc| desc)?['"]""", re.IGNORECASE)


def tie_up(env, addon, *notes):
    """Switch off what users made with the fields of ``addon``, and tell of it.

    :param Environment env: that of the superuser
    :param str addon: the addon that is about to be uninstalled
    :param str notes: what else to tell
    """
    notes = [*notes, *LooseEnds(env, addon).tie_up()]
    if not notes:
        return
    _logger.info("Uninstalling %s: %s", addon, "; ".join(notes))
    # Where Odoo tells the administrators of jobs
    if channel := env.ref("mail.channel_admin", raise_if_not_found=False):
        title = env._("Uninstalling “%s” has changed:", addon)
        items = Markup().join(Markup("<li>%s</li>") % note for note in notes)
        body = Markup("<p>%s</p><ul>%s</ul>") % (title, items)
        channel.with_user(SUPERUSER_ID).message_post(body=body)


def forget_parameters(env, prefix):
    """Delete the system parameters whose keys begin with ``prefix``."""
    env["ir.config_parameter"].search([("key", "=like", f"{prefix}.%")]).unlink()


def find_paths(text):
    """Return the paths of fields in a domain, a context or an order.

    :param str text: perhaps with code, such as ``uid``: then also what is only like one
    :rtype: list[str]
    """
    try:
        value = literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        value = None
    if isinstance(value, list) and any(map(is_condition, value)):
        return list(iter_paths(value))
    return PATH.findall(text)


def is_condition(term):
    """Return whether this is a condition of a domain."""
    return isinstance(term, (list, tuple)) and len(term) == 3


def iter_paths(domain):
    """Yield the left sides of the conditions of a domain, of nested ones, too."""
    for path, _operator, value in filter(is_condition, domain):
        if isinstance(path, str):
            yield path
        if isinstance(value, list):
            yield from iter_paths(value)


class LooseEnds:
    """What names the fields of an addon, apart from what the addon itself brought."""

    def __init__(self, env, addon):
        self.env = env(context={**env.context, "active_test": False})
        self.addon = addon
        self.names = {}
        self.field_ids = set()
        env.flush_all()
        query = SQL(
            """
            SELECT field.id, field.model, field.name
              FROM ir_model_fields field
              JOIN ir_model_data data
                ON data.model = 'ir.model.fields' AND data.res_id = field.id
          GROUP BY field.id
            HAVING every(data.module = %s OR data.module IN (
                   SELECT name FROM ir_module_module WHERE state = 'to remove'))
            """,
            addon,
        )
        for id_, model, name in env.execute_query(query):
            self.names.setdefault(model, set()).add(name)
            self.field_ids.add(id_)
        # Models that go, and all that is on them.
        self.models = {model for model, names in self.names.items() if "id" in names}

    def tie_up(self):
        """Switch off what names the fields; return what was done.

        :rtype: list[str]
        """
        self._drop_rules()
        return [
            *self._empty_domains(),
            *self._archive("base.automation", self._is_broken_automation),
            *self._archive("ir.filters", self._is_broken_filter),
            *self._archive("ir.cron", self._is_broken_action),
            *self._archive("ir.ui.view", self._is_broken_view, "model"),
            *self._unbind_actions(),
        ]

    # WHAT IS DONE

    def _drop_rules(self):
        """Delete the rules on events of sources that go, and thereby their points."""
        sources = self.env["website.crm.score.source"]._get_all()
        gone = [one._event_type for one in sources if one._name in self.models]
        if "website.crm.score" not in self.models and gone:
            rules = self.env["website.crm.score"].search([("event_type", "in", gone)])
            on_events = rules.filtered(lambda rule: rule.rule_type == "event")
            on_events.unlink()
            (rules - on_events).event_type = False

    def _empty_domains(self):
        """Have filters of teams, members, mailings and record rules match nothing."""
        for model, name, of_model, value in (
            ("crm.team", "assignment_domain", "crm.lead", NOTHING),
            ("crm.team.member", "assignment_domain", "crm.lead", NOTHING),
            # A preference: without it, there is none.
            ("crm.team.member", "assignment_domain_preferred", "crm.lead", False),
            ("mailing.mailing", "mailing_domain", "mailing_model_real", NOTHING),
            ("mailing.filter", "mailing_domain", "mailing_model_name", NOTHING),
            ("ir.rule", "domain_force", "model_id.model", NOTHING),
        ):
            for record in self._search(model, [(name, "!=", False)]):
                text = record[name]
                on = of_model if of_model in self.env else record.mapped(of_model)[0]
                if on not in self.models and self.are_in(text, on):
                    if model == "mailing.mailing" and record.state == "in_queue":
                        record.state = "draft"  # else it is sent to nobody, and done
                    record[name] = value
                    yield self._describe(record, text)

    def _archive(self, model, is_broken, model_field=None):
        domain = [("active", "=", True)]
        if model_field:
            domain.append((model_field, "in", list(self.names)))
        for record in self._search(model, domain):
            if is_broken(record):
                yield self._describe(record)
                record.active = False

    def _unbind_actions(self):
        """Take actions of users from the menus of actions."""
        domain = [("binding_model_id", "!=", False)]
        for action in self._search("ir.actions.server", domain):
            if self._is_broken_action(action):
                yield self._describe(action)
                action.binding_model_id = False

    def _search(self, model, domain):
        """Return records of a model that addons which stay, or users, have made."""
        if model not in self.env:
            return self.env["ir.model"]
        records = self.env[model].search(domain)
        going = self.env["ir.module.module"].search([("state", "=", "to remove")])
        own = self.env["ir.model.data"].search(
            [
                ("module", "in", [self.addon, *going.mapped("name")]),
                ("model", "=", model),
                ("res_id", "in", records.ids),
            ]
        )
        return records - records.browse(own.mapped("res_id"))

    def _describe(self, record, text=None):
        label = self.env["ir.model"]._get(record._name).name
        name = f"{label} “{record.display_name}”"
        return f"{name}: {text}" if text else name

    # WHAT NAMES A FIELD

    def _is_broken_automation(self, automation):
        model = automation.model_name
        fields = automation.trigger_field_ids | automation.on_change_field_ids
        fields |= automation.trg_date_id
        domains = automation.filter_pre_domain, automation.filter_domain
        return (
            bool(self.field_ids.intersection(fields.ids))
            or any(self.are_in(domain, model) for domain in domains)
            or any(map(self._is_broken_action, automation.action_server_ids))
        )

    def _is_broken_filter(self, saved):
        texts = saved.domain, saved.context, saved.sort
        return any(self.are_in(text, saved.model_id) for text in texts)

    def _is_broken_action(self, action):
        if action.state == "code":
            return self._are_in_code(action.code, action.model_id.model)
        path = repr(action.update_path or "")
        return action.update_field_id.id in self.field_ids or (
            action.state == "object_write" and self.are_in(path, action.model_id.model)
        )

    def _is_broken_view(self, view):
        names = self.names.get(view.model, ())
        return any(f'name="{name}"' in (view.arch_db or "") for name in names)

    def are_in(self, text, model):
        """Return whether a domain, a context or a list of fields names a field.

        :param str text: perhaps with code, such as ``uid``
        :param str model: the name of the model that it is on
        """
        paths = set(find_paths(text or "[]"))
        models, known = [model], {model}
        for model in models:  # conditions are nested: those of related models, too
            for path in paths:
                is_own, comodel = self._follow(model, path)
                if is_own:
                    return True
                if comodel and comodel not in known:
                    known.add(comodel)
                    models.append(comodel)
        return False

    def _follow(self, model, path):
        """Return whether a path goes through a field, and the model it leads to."""
        for name in path.split("."):
            if name in self.names.get(model, ()):
                return True, None
            field = self.env[model]._fields.get(name) if model in self.env else None
            if field is None:
                return False, None
            model = field.comodel_name
        return False, model

    def _are_in_code(self, code, model):
        names = "|".join(map(re.escape, self.names.get(model, ())))
        return bool(names and re.search(rf"""[.'"](?:{names})\b""", code or ""))
