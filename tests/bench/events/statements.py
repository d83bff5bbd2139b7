"""How the sources of events are filled, and scored."""

from contextlib import closing

from databases import connect
from scoring.workload import PICK


def execute(database, statements, numbers):
    """Execute statements, which can draw lots by ``pg_temp.pick``.

    :param database: its name on the server
    :param dict numbers: the parameters of each of them
    """
    with closing(connect(database)) as connection:
        cursor = connection.cursor()
        cursor.execute("SET jit = off")  # it would compile longer than it runs
        cursor.execute(PICK)
        for statement in statements:
            cursor.execute(statement, numbers)


def make_rules(env, points):
    """Make a rule on each type of event.

    :param dict points: by type of event
    """
    env["website.crm.score"].create(
        [
            {
                "name": event_type,
                "value": value,
                "rule_type": "event",
                "event_type": event_type,
            }
            for event_type, value in points.items()
        ]
    )
