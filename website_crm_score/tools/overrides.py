"""Whether other addons have a hand in what Odoo does."""


def list_strangers(model, methods, known):
    """Yield those of the methods of a model that are in no module that is known."""
    for cls in type(model).__mro__:
        for name in methods:
            method = vars(cls).get(name)
            if method is not None and method.__module__ not in known:
                yield method
