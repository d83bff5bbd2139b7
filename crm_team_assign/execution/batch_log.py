"""What is to be logged, collected for many leads at once."""


class BatchLog:
    """The values of messages that core is about to create one by one.

    An object of a class, and each one its own: it is handed down in the context, where
    a client can put no such thing, and where equal values would count as the same.
    """

    def __init__(self):
        self.messages = []
