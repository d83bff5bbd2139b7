"""What our code hands down to itself in the context, through methods of core.

A client can put into the context anything that JSON has. So what decides something is
no plain value, but this object, or one of a class of ours.
"""

OURS = object()


def get_own(env, key, cls):
    """Return what our code handed down under ``key``, None if it did not.

    :param type cls: of ours, what is no object of which is a client's
    """
    value = env.context.get(key)
    return value if isinstance(value, cls) else None
