"""What a participant measures of itself."""

import gc
import sys
import threading
import time

import psutil

INTERVAL = 0.01  # seconds between two looks at the memory


class Meter:
    """Measures what is done within its context; then ``result`` has it."""

    def __init__(self):
        self.result = {}
        self._process = psutil.Process()
        self._done = threading.Event()

    def __enter__(self):
        gc.collect()
        self._idle = self._peak = self._memory()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        self._queries = count_queries()
        self._start = time.monotonic()
        return self

    def __exit__(self, exception_type, exception, traceback):
        seconds = time.monotonic() - self._start
        self._done.set()
        self._watcher.join()
        self.result = {
            "seconds": seconds,
            "megabytes": (self._peak - self._idle) / 1e6,
            "megabytes_total": self._peak / 1e6,
        }
        if "odoo.sql_db" in sys.modules:
            self.result["queries"] = count_queries() - self._queries

    def _watch(self):
        while not self._done.wait(INTERVAL):
            self._peak = max(self._peak, self._memory())
        self._peak = max(self._peak, self._memory())

    def _memory(self):
        return self._process.memory_info().rss


def count_queries():
    """Return how many queries Odoo sent so far, on all of its cursors."""
    module = sys.modules.get("odoo.sql_db")
    return module.sql_counter if module else 0
