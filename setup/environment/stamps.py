"""Stamps: files that say that a step is done, and from which inputs.

A step writes its stamp last, so one that was interrupted is done again. The stamp
holds a digest of the step's inputs, so a changed input runs the step again.
"""

import hashlib

from console import write_atomically
from layout import HOME


def digest(*inputs):
    """A digest of texts, and of the contents of paths."""
    sha = hashlib.sha256()
    for item in inputs:
        data = str(item).encode() if isinstance(item, str) else item.read_bytes()
        sha.update(b"%d:%s" % (len(data), data))
    return sha.hexdigest()


def is_done(step, key):
    """Whether ``step`` was finished with these inputs."""
    try:
        return (HOME / "stamps" / step).read_text() == key
    except FileNotFoundError:
        return False


def mark_done(step, key):
    """Remember that ``step`` is finished with these inputs."""
    write_atomically(HOME / "stamps" / step, key)
