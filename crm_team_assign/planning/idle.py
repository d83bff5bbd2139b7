"""When somebody is reminded of a lead without contact, and when it is taken back."""

from datetime import datetime
from typing import NamedTuple


class IdleHandover(NamedTuple):
    """A lead that a salesperson was given and did nothing for so far.

    :param warned_date: when he was reminded, if he was
    :param times: how often it was taken back from somebody before
    """

    id: int
    lead_id: int
    team_id: int
    user_id: int
    date: datetime
    warned_date: datetime
    times: int


class Idle(NamedTuple):
    """How many working hours a lead has been waiting for its salesperson.

    He is reminded after half of what the team allows, and has the other half from then
    on, however late that was.

    :param hours: since it was handed over
    :param since: since he was reminded
    :param limit: what the team allows
    """

    handover: IdleHandover
    hours: float
    since: float
    limit: float

    @property
    def is_to_be_reminded(self):
        return not self.handover.warned_date and self.hours >= self.limit / 2

    @property
    def is_overdue(self):
        return bool(self.handover.warned_date) and self.hours_left <= 0

    @property
    def hours_left(self):
        """How long it stays with him, if he was reminded now unless he was before."""
        reminded = self.since if self.handover.warned_date else 0
        return max(self.limit - self.hours, self.limit / 2 - reminded)
