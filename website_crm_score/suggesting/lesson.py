"""What leads teach, as a suggestion shows it."""

from ..learning.chance import get_level, get_lift, get_rate


class Lesson:
    """What closed leads teach: the values of suggested rules, ``lines``, and how well
    these rank newer leads, ``rankings``, beside what there is."""

    def __init__(self, matches, limit, step):
        """
        :param Matches matches: empty
        :param int limit: how many rules are suggested at most
        :param int step: points are multiples of it
        """
        self.env = matches.env
        self.cohort = matches.cohort
        self.matches = matches
        self.limit = limit
        self.step = step
        self.tried_count = 0
        self.lines = []
        self.rankings = []

    def learn(self, note_progress):
        """Learn from the leads.

        :param callable note_progress: told the share of the rules looked at
        """
        raise NotImplementedError

    def describe_left_out(self):
        """Return what was left out, a line each."""
        raise NotImplementedError

    def explain(self):
        """Return why nothing is suggested."""
        return self.env._(
            "Nothing that the leads have tells won from lost ones better than chance."
        )

    def _add_ranking(self, who, ranking, rule_count):
        fifths = enumerate(ranking.fifths, start=1)
        self.rankings.append(
            {
                "who": who,
                "auc": ranking.auc or 0,
                "lead_count": ranking.leads,
                "rule_count": rule_count,
                **{f"fifth_{place}": rate for place, rate in fifths},
            }
        )

    def _add_line(self, counts, test, **values):
        """Add a suggested rule.

        :param Counts counts: closed leads with and without it
        :param float test: the χ² with which it tells something
        """
        lift, low, high = get_lift(counts)
        self.lines.append(
            {
                "level": get_level(test, self.tried_count),
                "lead_count": counts.won + counts.lost,
                "rate_with": get_rate(counts.won, counts.lost),
                "rate_without": get_rate(counts.other_won, counts.other_lost),
                "lift": lift,
                "lift_low": low,
                "lift_high": high,
                **values,
            }
        )
