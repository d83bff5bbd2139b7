"""Visitors of a website: a small HTTP/1.1 client, many connections in one thread."""

import asyncio
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import cycle
from statistics import quantiles

HOST = "127.0.0.1"
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TIMEOUT = 120  # seconds, longer than the server lets a request take
NO_ANSWER = 0  # in place of a status


class Browser:
    """A connection with cookies of its own, kept alive as long as the server lets it.

    Odoo knows a visitor by the session's cookie, the address and the user agent.
    """

    def __init__(self, port, cookies=()):
        """:param dict cookies: of a browser that this one is a copy of"""
        self.cookies = dict(cookies)
        self._port = port
        self._stream = None

    async def get(self, path):
        """Ask for a page; return the status, or NO_ANSWER.

        Nothing is asked for twice: the server would have recorded it twice.
        """
        try:
            return await asyncio.wait_for(self._get(path), TIMEOUT)
        except (OSError, EOFError, ValueError, asyncio.TimeoutError):
            self.close()
            return NO_ANSWER

    async def _get(self, path):
        if not self._stream:
            self._stream = await asyncio.open_connection(HOST, self._port)
        reader, writer = self._stream
        writer.write(self._request(path))
        status, length, is_kept = await self._read_head(reader)
        await (reader.read() if length is None else reader.readexactly(length))
        if not is_kept or length is None:
            self.close()
        return status

    def _request(self, path):
        lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}:{self._port}"]
        lines += [f"User-Agent: {USER_AGENT}", "Accept: text/html"]
        if self.cookies:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            lines.append(f"Cookie: {'; '.join(pairs)}")
        return "\r\n".join([*lines, "", ""]).encode()

    async def _read_head(self, reader):
        """Return the status, the length of the body, and whether more may be asked."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        version, status = first.split(" ")[:2]
        length, is_kept = None, version == "HTTP/1.1"
        for line in lines:
            name, _colon, value = line.partition(":")
            name, value = name.lower(), value.strip()
            if name == "content-length":
                length = int(value)
            elif name == "connection":
                is_kept = value.lower() == "keep-alive"
            elif name == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.value
        return int(status), length, is_kept

    def close(self):
        """Hang up."""
        if self._stream:
            self._stream[1].close()
        self._stream = None


@dataclass
class Answers:
    """What browsers were answered: the status of each request, and its time."""

    statuses: list = field(default_factory=list)
    times: list = field(default_factory=list)
    seconds: float = 0.0

    async def ask(self, browser, path):
        """Have a browser ask for a page, and note the answer."""
        start = time.perf_counter()
        status = await browser.get(path)
        self.times.append(time.perf_counter() - start)
        self.statuses.append(status)

    @property
    def pages(self):
        """How many pages were served."""
        return self.statuses.count(200)

    @property
    def errors(self):
        """How often the server failed, or did not answer."""
        return sum(not 200 <= status < 500 for status in self.statuses)

    def measures(self):
        """The measures of a run, see :mod:`figures`; the times in milliseconds."""
        cuts = quantiles(self.times, n=100, method="inclusive")
        return {
            "seconds": self.seconds,
            "per_second": len(self.times) / self.seconds,
            **{f"p{percent}": cuts[percent - 1] * 1000 for percent in (50, 95, 99)},
            "errors": self.errors,
        }


async def drive(lanes, path, count):
    """Ask for a page ``count`` times.

    :param list lanes: what is done at the same time: the browsers of each lane ask one
        after the other
    :rtype: Answers
    """
    answers = Answers()
    numbers = iter(range(count))

    async def go(browsers):
        turns = cycle(browsers)
        for _number in numbers:
            await answers.ask(next(turns), path)

    start = time.perf_counter()
    await asyncio.gather(*map(go, lanes))
    answers.seconds = time.perf_counter() - start
    for browser in (browser for lane in lanes for browser in lane):
        browser.close()
    return answers
