"""What our code hands down to itself in the context, through methods of core.

A client can put into the context anything that JSON has. So what decides something is
no plain value, but this object, or one of a class of ours.
"""

OURS = object()


class HandedDown:
    """What our code hands down as an object, under the key of its class: no two are the
    same, as equal values would be."""

    context_key = None

    @classmethod
    def get(cls, env):
        """Return what was handed down, None if nothing was."""
        value = env.context.get(cls.context_key)
        return value if isinstance(value, cls) else None
