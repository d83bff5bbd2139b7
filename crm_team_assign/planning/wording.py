"""How numbers are said in words."""


def show_points(points):
    """Return points as users read them: 75, or 2.5.

    :rtype: str
    """
    return f"{points:.2f}".rstrip("0").rstrip(".")
