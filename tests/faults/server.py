"""Odoo's prefork server in a hurry: ``server.py BATCH_SIZE SECONDS OPTION ...``.

It is the server of Odoo's command line, but for its patience: it looks for jobs all
the time instead of once a minute, for overdue workers several times a second instead
of every fourth second, and has a job make room for others after so many seconds.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main(batch_size, seconds, options):
    """Serve until a signal comes."""
    from odoo.cli.server import main as serve
    from odoo.service.server import PreforkServer, WorkerCron
    from odoo.tools import config

    config.parse_config(options)
    from odoo.addons.base.models import ir_cron

    from faults import engine

    # Page views take longer, as a note is logged on each lead.
    engine.tune(batch_size, visitors_batch_size=max(batch_size // 5, 1))
    WorkerCron.sleep = lambda worker: time.sleep(0.1)
    start = PreforkServer.start

    def start_in_a_hurry(server):
        server.beat = 0.2
        start(server)

    PreforkServer.start = start_in_a_hurry
    os.nice = lambda increment: None  # it makes way for nobody
    ir_cron.MIN_TIME_PER_JOB = seconds
    ir_cron.MIN_RUNS_PER_JOB = 1
    serve(options)


if __name__ == "__main__":
    os.environ["PGAPPNAME"] = "job"
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
