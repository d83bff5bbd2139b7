from ..learning.chance import get_lift
from ..learning.patterns import Counts


class EventReportMixin:
    """What a report on events says is what counting the leads says."""

    report_name = None
    about = None  # the field of what the events are about

    def get_rows(self):
        """Return the rows by event and what it is about."""
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env[self.report_name].search([])
        return {(row.event_type, row[self.about]): row for row in rows}

    def assertRows(self, happened):
        """The rows are those of these leads, and no others.

        :param dict happened: the leads to which it happened, by event and what it was
            about
        """
        rows = self.get_rows()
        self.assertEqual(rows.keys(), happened.keys())
        for (event_type, about), leads in happened.items():
            same = [some for (kind, _x), some in happened.items() if kind == event_type]
            others = leads.union(*same) - leads
            self.assertFigures(rows[event_type, about], leads, others)

    def assertFigures(self, row, leads, others):
        counts = Counts(*self.count(leads), *self.count(others))
        self.assertEqual(row.lead_count, len(leads))
        self.assertEqual((row.won_count, row.lost_count), counts[:2])
        figures = (row.lift, row.lift_low, row.lift_high)
        if sum(counts[:2]) and counts.won + counts.other_won:
            for one, other in zip(figures, get_lift(counts), strict=True):
                self.assertAlmostEqual(one, other, 2)
        self.assertEqual(row.verdict == "few", sum(counts[:2]) < 30)

    def count(self, leads):
        """Return how many are won, and lost."""
        states = leads.mapped("won_status")
        return states.count("won"), states.count("lost")

    def assertReadOnce(self, text, query):
        """The report has a part of a query as often as the query itself, however many
        sources are built on it."""
        self.assertIn(text, query.code)
        report = self.env[self.report_name]._table_query
        self.assertEqual(report.code.count(text), query.code.count(text))

    def assertOpened(self, row, leads):
        """A row opens these leads."""
        action = row.action_open_leads()
        found = self.Lead.with_context(active_test=False).search(action["domain"])
        self.assertEqual(set(found), set(leads))
