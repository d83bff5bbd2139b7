"""The inside of the processes that the tests start: Odoo, doing as it is told."""

import random
import sys
import time
import traceback
from functools import partial

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.service.model import call_kw, retrying
from odoo.tools import config

from odoo.addons.base.models.ir_cron import IrCron

from . import engine, nursery
from .process import DONE, FAILED, STEP, STOPPED

PATIENCE = 0.5  # seconds until a job that is to go on runs again


def main(channel, database, name):
    """Obey the orders that come through ``channel`` until it closes.

    :param str name: what PostgreSQL knows this process as
    """
    options = [f"--database={database}", f"--db_app_name={name}", "--no-http"]
    config.parse_config(options, setup_logging=True)
    random.seed()  # those who wait equally long before they try again meet again
    engine.tune()
    Worker(channel, nursery.adopt(database)).serve()


class Worker:
    """Runs scheduled actions, and calls methods as users do over RPC."""

    def __init__(self, channel, registry):
        self.channel = channel
        self.registry = registry
        self.is_stepping = False
        self.is_looking = False
        self._stop_between_batches()

    def serve(self):
        """Obey orders; the reply to each is its result, or how it failed."""
        while True:
            name, arguments = self._receive()
            try:
                self.registry.check_signaling()
                self.channel.send((DONE, getattr(self, name)(**arguments)))
            except Exception:
                self.channel.send((FAILED, traceback.format_exc()))

    # ORDERS

    def run_job(self, job, stepping=False):
        """Run a scheduled action as its button does, as often as it asks for.

        :param bool stepping: whether to stop after each batch
        """
        self.is_stepping = stepping
        with self.registry.cursor() as cr:
            id_ = api.Environment(cr, SUPERUSER_ID, {}).ref(job).id
        self._call_job(id_)
        while self._is_asked_for([("cron_id", "=", id_)]):
            time.sleep(PATIENCE)
            self._call_job(id_)

    def _call_job(self, id_):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            result = env["ir.cron"].browse(id_).method_direct_trigger()
        if result is not True:
            raise RuntimeError(result["params"]["data"]["debug"])

    def run_due_jobs(self):
        """Run scheduled actions as long as any is due, as a cron worker does."""
        while self._is_asked_for([("cron_id.active", "=", True)]):
            IrCron._process_jobs(self.registry.db_name)
            time.sleep(PATIENCE)

    def _is_asked_for(self, domain):
        with self.registry.cursor() as cr:
            triggers = api.Environment(cr, SUPERUSER_ID, {})["ir.cron.trigger"]
            return bool(triggers.search_count(domain))

    def call(self, calls, user_id, stop=False):
        """Call methods, each in a request of its own with the retries that RPC has.

        :param list calls: ``(model, method, *arguments)``, ids being the first argument
        :param bool stop: whether to stop before each commit
        """
        for call in calls:
            with self.registry.cursor() as cr:
                env = api.Environment(cr, user_id, {})
                retrying(partial(self._call, env, *call, stop=stop), env)

    def ask(self, call, user_id, looking=False):
        """Call a method as :meth:`call` does; return the words of a refusal, if any.

        :param bool looking: whether to look at the database and then to stop, first
        """
        self.is_looking = looking
        try:
            self.call([call], user_id)
        except UserError as error:
            return str(error)

    def _call(self, env, model, method, *arguments, stop):
        if self.is_looking:
            self.is_looking = False
            env.cr.execute("SELECT 1")
            self._stop()
        call_kw(env[model], method, list(arguments), {})
        env.flush_all()
        if stop:
            self._stop()

    # BARRIERS

    def _stop_between_batches(self):
        commit_progress = IrCron._commit_progress

        @api.model
        def commit_and_stop(cron, *args, **kwargs):
            seconds = commit_progress(cron, *args, **kwargs)
            if self.is_stepping:
                # From here on, the next batch sees the database as it is now, however
                # it changes until it goes on.
                cron.env.cr.execute("SELECT 1")
                self.is_stepping = self._stop() == STEP
            return seconds

        IrCron._commit_progress = commit_and_stop

    def _stop(self):
        self.channel.send((STOPPED, None))
        return self._receive()

    def _receive(self):
        try:
            return self.channel.recv()
        except EOFError:
            sys.exit()  # the test is over
