"""Numbers as users write and read them."""

from odoo.tools import formatLang


def read_number(text, default, largest):
    """Return the number that ``text`` is, or what it must be to be computed with:
    administrators can set a system parameter to any text.

    :param text: the value of the parameter, or nothing
    :param int default: for a text that is no number; of the type of the result
    :param int largest: what the number is at most; it is not less than 0
    """
    try:
        number = type(default)(text or "")
    except ValueError:
        return default
    return min(max(number, 0), largest)


def say_number(env, number, digits=2, is_padded=False):
    """Return a number as users read it, in the language of the words around it: 75, or
    2.5, which is 2,5 in French.

    :param int digits: how many follow the point at most
    :param bool is_padded: whether as many follow it always
    :rtype: str
    """
    text = f"{number:.{digits}f}"
    if not is_padded and "." in text:
        text = text.rstrip("0").rstrip(".")
    if float(text) == 0:
        text = text.removeprefix("-")
    # Without a language words are English, where core would take the company's.
    env = env if env.lang else env(context={**env.context, "lang": "en_US"})
    return formatLang(env, float(text), digits=len(text.partition(".")[2]))
