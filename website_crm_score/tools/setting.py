"""System parameters, which administrators can set to any text."""


def read_number(text, default, largest):
    """Return the number that ``text`` is, or what it must be to be computed with.

    :param text: the value of a system parameter, or nothing
    :param int default: for a text that is no number; of the type of the result
    :param int largest: what the number is at most; it is not less than 0
    """
    try:
        number = type(default)(text or "")
    except ValueError:
        return default
    return min(max(number, 0), largest)
