"""Urls as they are kept: visitors can ask for anything."""

MAX_URL_LENGTH = 2000
# An entry of a btree index holds at most 2,704 bytes.
MAX_INDEXED_BYTES = 2600


def bound_url(url):
    """Return ``url`` as PostgreSQL can store and index it.

    :param str url: an absolute url as a request has it, which can be of any length and
        have NUL characters and bytes that are not UTF-8
    :rtype: str
    """
    storable = url[:MAX_URL_LENGTH].replace("\0", "\N{REPLACEMENT CHARACTER}")
    encoded = storable.encode(errors="replace")[:MAX_INDEXED_BYTES]
    return encoded.decode(errors="ignore")
