"""How numbers are said in words."""


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
    data = env["res.lang"]._get_data(code=env.lang or "en_US")
    if not data:
        return text
    decimals = len(text.partition(".")[2])
    # sudo: how a language writes numbers, whoever reads them
    language = env["res.lang"].sudo().browse(data.id)
    return language.format(f"%.{decimals}f", float(text), grouping=True)
