"""How the sources of events are filled."""

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
