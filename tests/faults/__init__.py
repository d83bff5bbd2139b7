"""Faults and races: real processes, real commits, real kills.

Each test has a database of its own, copied from one that is installed from nothing.
The processes that it starts run Odoo and obey orders (``worker.py``); the test looks on
through a connection of its own (``database.py``) and makes them meet at barriers: a
process can stop between two batches, before it commits, or, at a gate in the database,
in the middle of writing a table. Nothing depends on how fast anything is: what has to
happen first is waited for, within limits.
"""

import sys
from pathlib import Path

# What these tests share with the commands that run them, such as free ports.
SETUP = Path(__file__).resolve().parent.parent.parent / "setup" / "environment"
sys.path.append(str(SETUP))
