from odoo import api, models
from odoo.tools import SQL

from ..tools.actions import get_action


class WebsiteCrmScoreSource(models.AbstractModel):
    """Where events come from: what can happen to leads and contacts.

    A source is a model that inherits this one. It has no records; what rules it is for
    are those whose ``event_type`` is its own. To a rule it says:

    - what its events are called, :attr:`_label`;
    - by which fields of the rule they are chosen, :attr:`_filters`: the form shows
      these for its rules, and a change of one has the rule checked and counted anew;
    - what has to happen, in words, :meth:`_describe`;
    - what is wrong with them, :meth:`_find_error`, or dubious, :meth:`_find_warning`;
    - what happened to all owners of a model, leads or contacts, :meth:`_get_events`,
      and what did lately, :meth:`_get_recent_events`;
    - where users can look at what happened, :meth:`_get_evidence_action`.

    All else is done with the answers: who earns, how often, for how long. Queries are
    ``SQL``.
    """

    _name = "website.crm.score.source"
    _description = "Source of Events"

    _event_type = None
    _label = None
    _filters = ()
    # Such points are not handed over to a lead that perhaps is of somebody else.
    _is_of_visitors = False
    # The model of the records by which users see what happened, if there are any.
    _evidence = None
    # The model of the records that events are about, such as products, if they are.
    _about = None

    # ALL SOURCES

    @api.model
    def _get_all(self):
        """Return the sources, in the order in which addons bring them.

        :rtype: list[models.BaseModel]
        """
        names = self.env.registry.descendants(["website.crm.score.source"], "_inherit")
        return [self.env[name] for name in names if self.env[name]._event_type]

    @api.model
    def _find(self, event_type):
        """Return the source of an event type; this model, which has no events, if there
        is none.

        :rtype: models.BaseModel
        """
        sources = {source._event_type: source for source in self._get_all()}
        return sources.get(event_type, self.env["website.crm.score.source"])

    @api.model
    def _get_selection(self):
        return [(one._event_type, self.env._(one._label)) for one in self._get_all()]

    # THE CONTRACT

    @api.model
    def _get_events(self, rule, owners):
        """Return the query of the events that ``rule`` counts, whoever they are of.

        Built with all rights, and everything is flushed before. The same event is a row
        for each of its owners, but one for each.

        :param models.BaseModel rule: with the filters
        :param models.BaseModel owners: the model of whom they are, leads or contacts
        :return: a query of ``owner_id``, ``date`` (in UTC, from when on the event
            counts) and ``weight`` (how many times the value it is worth, usually 1)
        :rtype: SQL
        """
        raise NotImplementedError

    @api.model
    def _get_recent_events(self, rule, owners, since):
        """Return the query of what could have changed since, others included.

        To be overridden where PostgreSQL cannot read the query of the events from a
        date on, as where it compares an event with the one before.

        :param datetime since: in UTC
        :return: a query of ``owner_id`` and ``date``
        :rtype: SQL
        """
        events = self._get_events(rule, owners)
        return SQL("SELECT * FROM (%s) event WHERE date >= %s", events, since)

    @api.model
    def _get_events_about(self, rule, owners):
        """Return the query of the events of :meth:`_get_events`, each with what it is
        about; an event that is about several records once for each. Where events are
        about none, :attr:`_about`, this is not called.

        :return: a query of ``owner_id``, ``date`` and ``about_id``, an id of
            :attr:`_about`
        :rtype: SQL
        """
        raise NotImplementedError

    @api.model
    def _get_uncounted_events(self, rule, owners):
        """Return the query of what happened, as ``rule`` has it, and is no event, to
        tell whoever asks why; None if nothing is known of the kind.

        :return: a query of ``owner_id``, ``date`` and ``reason``, one of
            :meth:`_get_uncounted_reasons`
        :rtype: SQL | None
        """
        return None

    @api.model
    def _get_uncounted_reasons(self, rule):
        """Return why something is no event of ``rule``, in a few words, by the reason.

        :rtype: dict[str, str]
        """
        return {
            "consent": self.env._("no consent to cookies"),
            "staff": self.env._("own staff"),
            "company": self.env._("the website of another company"),
            "machine": self.env._("a robot"),
        }

    @api.model
    def _describe(self, rule):
        """Return what has to happen for ``rule`` to give its points, in a few words.

        :rtype: str
        """
        return self._label and self.env._(self._label) or self.env._("Nothing")

    @api.model
    def _find_error(self, rule):
        """Return what is missing or wrong in the filters of ``rule``, or False.

        :rtype: str | bool
        """
        return not self._event_type and self.env._("choose the event.")

    @api.model
    def _get_candidates(self, cohort):
        """Return what rules on these events *Suggest Rules* is to try.

        Each is tried as whether it happened at all, or ``min_count`` times. What
        winning a lead brings about is none of them.

        :param Cohort cohort: the leads to learn from, see :mod:`..suggesting.cohort`
        :return: for each the name of the rule and the values of its filters
        :rtype: list[tuple[str, dict]]
        """
        return []

    @api.model
    def _get_level_field(self, rule):
        """Return the field by which rules differ that ask for more or less of the same
        as ``rule``: they are looked up together, see :meth:`_get_levels`.

        :rtype: str
        """
        return "min_count"

    @api.model
    def _get_levels(self, rule, owners):
        """Return the query of what the level field could be for ``rule`` to give its
        points, and from when on.

        :return: a query of ``owner_id``, ``date`` and ``level``, which only grows
        :rtype: SQL
        """
        return SQL(
            """
            SELECT owner_id, date,
                   row_number() OVER (PARTITION BY owner_id ORDER BY date) AS level
              FROM (%s) event
            """,
            self._get_events(rule, owners),
        )

    @api.model
    def _find_warning(self, rule):
        """Return why nothing may count, though nothing is wrong, or False.

        :rtype: str | bool
        """
        return False

    @api.model
    def _has_evidence(self):
        """Return whether there are records by which the user sees what happened."""
        return bool(self._evidence) and self.env[self._evidence].has_access("read")

    @api.model
    def _get_evidence_action(self, rule, owner):
        """Return the action that shows what happened: what the points that ``rule``
        gave to ``owner`` rest on.

        Called only for users who may read :attr:`_evidence` and ``owner``, with their
        rights.

        :param models.BaseModel rule: with all rights
        :return: an action, or None if there is nothing to show
        :rtype: dict | None
        """
        return None

    @api.model
    def _open_evidence(self, action, domain):
        """Return an action on those records of :attr:`_evidence` that the user may see.

        :param str action: the xml id of an action on them
        :param Domain domain: which of them
        :return: the action, or None if there are none
        """
        records = self.env[self._evidence].with_context(active_test=False)
        if not records.search_count(domain, limit=1):
            return None
        context = {"active_test": False, "create": False}
        return get_action(self.env, action, domain=list(domain), context=context)
