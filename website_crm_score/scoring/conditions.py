"""Which conditions of a domain hold for an owner, and which fail."""

from odoo.tools import SQL

from ..tools.rule_domain import iter_fields, may_read
from .wording import DomainReader


class Conditions:
    """Tries the conditions of a domain on one owner, each compiled alone for it.

    :param models.BaseModel owner: a lead or contact, in the environment of the user,
        who is told nothing of what he may not read
    :param str text: the domain
    :param find: a function that returns the query of the owner, if it matches a part of
        the domain
    """

    def __init__(self, owner, text, find):
        self.owner = owner
        self.text = text
        self.find = find
        self.reader = DomainReader(owner.env)

    def fetch(self):
        """Return the conditions, each with its ``depth``, ``words`` and whether it
        ``holds``, None if the user may not know.

        :rtype: list[dict]
        """
        domain = self.reader.parse(self.text, self.owner.browse())
        if domain is None or domain.is_true():
            return []
        nodes = list(_walk(domain))
        found = exist(self.owner.env, [self.find(node) for _depth, node in nodes])
        return [
            self._tell(depth, node, holds)
            for (depth, node), holds in zip(nodes, found, strict=True)
        ]

    def _tell(self, depth, node, holds):
        fields = iter_fields(node, self.owner)
        if all(may_read(field, self.owner.env) for field in fields):
            words = self.reader.say(node, self.owner.browse())
        else:
            words, holds = self.owner.env._("A condition on what you cannot see"), None
        return {"depth": depth, "words": words, "holds": holds}


def exist(env, queries):
    """Return whether each of the queries finds something, in one statement.

    :rtype: tuple[bool, ...]
    """
    tests = SQL(", ").join(SQL("EXISTS %s", query.subselect()) for query in queries)
    [found] = env.execute_query(SQL("SELECT %s", tests))
    return found


def _walk(node, depth=0):
    """Yield the parts of a domain, each with how deep it lies: those that all have to
    hold beside each other, the alternatives below what they are alternatives of."""
    operator = getattr(node, "OPERATOR", None)
    if operator == "&":
        for child in node.children:
            yield from _walk(child, depth)
        return
    yield depth, node
    for child in node.children if operator == "|" else ():
        yield from _walk(child, depth + 1)
