"""Which leads a filter takes, where several have the same one."""


class Matches:
    """What is known of a filter: which leads were looked at, and which it takes.

    Who asks first has those looked at that he asks about; as soon as somebody else asks
    about others, all are looked at, so that it takes two queries at most, whoever has
    the same filter.

    :param domain: the filter
    """

    def __init__(self, domain):
        # Kept, too, as what it is known by may be where it is in memory
        self.domain = domain
        self.seen = set()
        self.taken = set()

    def find(self, lead_ids, every, look_at):
        """Return which of the leads it takes.

        :param set lead_ids: the leads
        :param every: the ids of all that may be asked about
        :param look_at: the function that returns which of some leads it takes
        :rtype: set[int]
        """
        new_ids = lead_ids - self.seen
        if new_ids:
            if self.seen:
                new_ids = {*new_ids, *every} - self.seen
            self.taken |= look_at(new_ids)
            self.seen |= new_ids
        return lead_ids & self.taken
