from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..scoring.counting import get_latest_date
from ..scoring.sharing import Shared
from ..tools.actions import get_action
from .website_crm_lead_report import CLOSED_DATE, IS_CLOSED


class WebsiteCrmEventReport(models.AbstractModel):
    """What became of the leads to which something happened, by what it was about, such
    as a newsletter or a product: a row is an event of a source and such a record.

    They are compared with all leads to which the same happened. What happens after a
    lead was closed is left out. Of leads of companies that are not among those of the
    user, it says nothing.

    An addon makes a model of it with a field of that record, :attr:`_about`; sources
    have the events, see ``_get_events_about`` there.
    """

    _name = "website.crm.event.report"
    _inherit = "website.crm.lift"
    _description = "Analysis of Events"
    _auto = False
    _order = "lead_count desc, id"
    # The field of what the events are about
    _about = None

    event_type = fields.Selection(
        selection=lambda self: self.env["website.crm.score.source"]._get_selection(),
        string="What Happened",
        readonly=True,
    )
    event_count = fields.Integer(string="Times", readonly=True, aggregator=None)
    lead_count = fields.Integer(string="Leads", readonly=True, aggregator=None)
    win_rate = fields.Float(
        help="How many of the won and lost leads to which this happened are won."
    )
    lift = fields.Float(
        help="How many times the win rate of all leads to which the same happened that "
        "of those is to which this did. 1 is no difference.",
    )
    verdict = fields.Selection(
        help="Whether leads to which this happened are won more often than all to "
        "which the same did. Too few: less than 30 are closed.",
    )

    def action_open_leads(self):
        """Show the leads to which this happened."""
        self.ensure_one()
        self.check_access("read")
        about_id, place = divmod(self.id, len(self._get_sources()))
        query = SQL(
            "SELECT lead_id FROM (%s) held WHERE place = %s AND about_id = %s",
            self._get_held_sql(),
            place,
            about_id,
        )
        self._prepare()
        ids = [lead_id for (lead_id,) in self.env.execute_query(query)]
        about = self.env[self._fields[self._about].comodel_name].browse(about_id)
        name = about.sudo().display_name  # sudo: as the list shows it
        return self._open_leads(name, [("id", "in", ids)])

    @api.model
    def _open(self, action, records):
        """Return an action, by its xml id, on the rows that are about these records."""
        domain = list(Domain(self._about, "in", records.ids))
        return get_action(self.env, action, domain=domain)

    # ROWS

    @api.model
    @api.readonly
    def web_search_read(
        self, domain, specification, offset=0, limit=None, order=None, count_limit=None
    ):
        """Find the rows once: to count those of other pages takes as long."""
        rows = self.search_fetch(domain, specification.keys(), order=order)
        page = rows[offset : offset + limit if limit else None]
        return {
            "length": min(len(rows), count_limit or len(rows)),
            "records": page.web_read(specification),
        }

    @property
    def _table_query(self):
        won, lost = SQL("won"), SQL("lost")
        kinds = [source._event_type for source in self._get_sources()]
        return SQL(
            """
            WITH held AS MATERIALIZED (%(held)s)
            SELECT about_id * %(count)s + place AS id,
                   (%(kinds)s::varchar[])[place + 1] AS event_type,
                   about_id AS %(about)s, event_count, lead_count, %(lift)s
              FROM (SELECT place, about_id, sum(times)::bigint AS event_count,
                           count(*) AS lead_count,
                           count(*) FILTER (WHERE is_won) AS won,
                           count(*) FILTER (WHERE is_lost) AS lost
                      FROM held GROUP BY place, about_id) counted
         LEFT JOIN (SELECT place, avg(is_won::integer)::float AS all_rate
                      FROM (SELECT DISTINCT place, lead_id, is_won FROM held
                             WHERE is_won OR is_lost) closed
                  GROUP BY place) whole USING (place)
            """,
            held=self._get_held_sql(),
            kinds=kinds,
            about=SQL.identifier(self._about),
            count=max(len(kinds), 1),
            lift=self._get_lift_sql(won, lost, SQL("all_rate")),
        )

    @api.model
    def _get_held_sql(self):
        """Return the query of leads, each once for the place of what happened and what
        it was about, with how many times.

        What several sources are built on is read once for all of them. The offset
        keeps leads a set of their own: they are else looked up by each of the events,
        of which there are more than PostgreSQL expects.
        """
        shared = Shared()
        events = SQL(" UNION ALL ").join(self._iter_events(shared))
        return SQL(
            """
            %(with)s
            SELECT place, about_id, lead.id AS lead_id, bool_or(is_won) AS is_won,
                   bool_or(is_lost) AS is_lost, count(*) AS times
              FROM (%(events)s) event
              JOIN (%(leads)s OFFSET 0) lead ON lead.id = event.owner_id
             WHERE event.date <= lead.end_date
          GROUP BY place, about_id, lead.id
            """,
            events=events,
            leads=self._get_leads_sql(),
            **{"with": shared.get_with()},
        )

    def _iter_events(self, shared):
        """Yield the query of the events of each source, with its place."""
        leads = self.env["crm.lead"]
        for place, source in enumerate(self._get_sources()):
            rule = self.env["website.crm.score"]._think_up(
                {"rule_type": "event", "event_type": source._event_type}
            )
            yield SQL(
                "SELECT %s AS place, about_id, owner_id, date FROM (%s) event",
                place,
                shared.bind(source)._get_events_about(rule, leads),
            )

    def _get_sources(self):
        """Return the sources of which events are about such a record."""
        model = self._fields[self._about].comodel_name
        sources = self.env["website.crm.score.source"]._get_all()
        return [source for source in sources if source._about == model]

    def _get_lead_columns_sql(self):
        """Return until when events are told of."""
        return SQL(
            """
            , CASE WHEN %(is_closed)s THEN LEAST(%(closed_date)s, %(latest)s)
                   ELSE %(latest)s END AS end_date
            """,
            is_closed=IS_CLOSED,
            closed_date=CLOSED_DATE,
            latest=get_latest_date(),
        )
