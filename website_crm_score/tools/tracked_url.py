"""Urls as they are kept: visitors can ask for anything."""

import re
from urllib.parse import unquote, urlsplit

from werkzeug.urls import iri_to_uri, uri_to_iri

MAX_URL_LENGTH = 2000
# An entry of a btree index holds at most 2,704 bytes.
MAX_INDEXED_BYTES = 2600
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def bound_url(url):
    """Return ``url`` as PostgreSQL can store and index it.

    :param str url: an absolute url as a request has it, which can be of any length and
        have NUL characters and bytes that are not UTF-8
    :rtype: str
    """
    storable = url[:MAX_URL_LENGTH].replace("\0", "\N{REPLACEMENT CHARACTER}")
    encoded = storable.encode(errors="replace")[:MAX_INDEXED_BYTES]
    return encoded.decode(errors="ignore")


def read_address(text):
    """Return an address as somebody pastes it in the ways that visits can bear it.

    :param str text: an address with or without scheme and host, encoded or not
    :return: the same decoded, as core tracks it, and encoded; without scheme: one that
        had any begins with ``//``
    :rtype: list[str]
    :raise ValueError: if it has a host that cannot be one
    """
    address = _SCHEME.sub("//", text.strip())
    encoded = iri_to_uri(address)
    return list(dict.fromkeys((uri_to_iri(encoded), encoded)))


def is_at(url, hosts):
    """Return whether ``url`` leads to one of ``hosts``.

    :param str url: what a visitor's request named, not to be trusted
    :param set hosts: with their ports
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc in hosts


def shorten(url, hosts):
    """Return ``url`` as one reads it: on one of ``hosts``, its path alone."""
    if is_at(url, hosts):
        return unquote(urlsplit(url).path) or "/"
    return url.removeprefix("https://").removeprefix("http://")
