"""When somebody is reminded of a lead without contact, and when it is taken back."""

from datetime import datetime
from typing import NamedTuple


class IdleHandover(NamedTuple):
    """A lead that a salesperson was given and did nothing for so far."""

    id: int
    lead_id: int
    team_id: int
    user_id: int
    date: datetime
    warned_date: datetime  # when he was reminded, if he was
    times: int  # how often it was taken back from somebody before


class Idle(NamedTuple):
    """How many working hours a lead has been waiting for its salesperson.

    He is reminded after half of what the team allows, and has the other half from then
    on, however late that was.
    """

    handover: IdleHandover
    hours: float  # since it was handed over
    since: float  # since he was reminded, none if he was not
    limit: float  # what the team allows

    @property
    def is_to_be_reminded(self):
        return not self.handover.warned_date and self.hours >= self.limit / 2

    @property
    def is_overdue(self):
        return bool(self.handover.warned_date) and self.hours_left <= 0

    @property
    def hours_left(self):
        """How long it stays with him, if he was reminded now unless he was before."""
        return max(self.limit - self.hours, self.limit / 2 - self.since)
