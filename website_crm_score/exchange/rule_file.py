"""The file by which rules get from one database to another: JSON, see
:mod:`..models.website_crm_score_exchange` for what of a rule is in it."""

import json
from math import isfinite

from odoo.exceptions import UserError

FORMAT = "website_crm_score.rules"
VERSION = 1
# More than anybody writes; each rule of a file is tried.
MAX_BYTES = 2_000_000
MAX_RULES = 500


def write_file(rules):
    """Return the text of the file of ``rules``, a list of their values.

    The same rules make the same text.

    :rtype: str
    """
    content = {"format": FORMAT, "version": VERSION, "rules": rules}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def read_file(content, env):
    """Return the rules of a file, objects of which nothing else is known.

    :param bytes content: whatever somebody has chosen
    :param api.Environment env: for messages
    :rtype: list[dict]
    :raise UserError: if it is no file of rules, or one that cannot be read here
    """
    if len(content) > MAX_BYTES:
        raise UserError(env._("The file is larger than %s MB.", MAX_BYTES // 10**6))
    data = _parse(content, env)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UserError(env._("This is no file of scoring rules."))
    if data.get("version") != VERSION:
        raise UserError(
            env._(
                "The file is of version %(version)s. Version %(known)s can be read.",
                version=data.get("version"),
                known=VERSION,
            )
        )
    _check_keys(data, env)
    return data["rules"]


def _parse(content, env):
    try:
        return json.loads(
            content.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_read_float
        )
    except (ValueError, RecursionError) as error:
        raise UserError(env._("This is no file of scoring rules.")) from error


def _read_float(text):
    number = float(text)
    return number if isfinite(number) else _refuse(text)


def _refuse(text):
    raise ValueError(text)


def _check_keys(data, env):
    if unknown := data.keys() - {"format", "version", "rules"}:
        raise UserError(
            env._("The file has what is not known: %s.", ", ".join(sorted(unknown)))
        )
    rules = data.get("rules")
    if not isinstance(rules, list) or not all(isinstance(one, dict) for one in rules):
        raise UserError(env._("The rules of the file cannot be read."))
    if len(rules) > MAX_RULES:
        raise UserError(env._("The file has more than %s rules.", MAX_RULES))
