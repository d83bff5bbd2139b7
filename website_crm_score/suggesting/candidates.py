"""Candidates: what a suggested rule could look at, each as the values of a rule."""

from typing import NamedTuple

from odoo.fields import Domain
from odoo.tools import SQL

from ..wizards.website_crm_score_template import FREE_MAIL

# Values of attributes that are tried: the most frequent ones of each.
MOST_VALUES = 15
MOST_TAGS = 50
# What comes with a lead, and is seldom known only later: a rule on it needs to look
# only once.
FIRST_FIELDS = ("source_id", "medium_id", "campaign_id", "lang_id")


class Candidate(NamedTuple):
    """A rule that could be: its name, its values, and the fields of the lead that it
    looks at."""

    name: str
    values: dict
    fields: tuple = ()


def find_candidates(cohort):
    """Return what could be rules, of the leads of ``cohort``.

    :rtype: list[Candidate]
    """
    return [
        *_find_records(cohort),
        *_find_tags(cohort),
        *_find_positions(cohort),
        *_list_presences(cohort.env),
        *_find_events(cohort),
    ]


def _make(name, domain, *fields):
    is_event_based = not set(fields) <= set(FIRST_FIELDS)
    values = {"domain": repr(domain), "event_based": is_event_based}
    return Candidate(name, {"rule_type": "domain", **values}, fields)


def _find_records(cohort):
    """Yield candidates on the records that leads refer to most."""
    env = cohort.env
    for field, name in (
        ("country_id", env._("Comes from %s")),
        ("state_id", env._("Comes from the state %s")),
        ("source_id", env._("Found us by %s")),
        ("medium_id", env._("Came through %s")),
        ("campaign_id", env._("Campaign %s")),
        ("lang_id", env._("Speaks %s")),
    ):
        # sudo: names that any salesperson reads on the lead
        records = env["crm.lead"].sudo()[field]
        column = SQL("lead.%s", SQL.identifier(field))
        for record in records.browse(cohort.find_frequent(column, MOST_VALUES)):
            label = name % record.display_name
            yield _make(label, [(field, "=", record.id)], field)


def _find_tags(cohort):
    ids = cohort.find_frequent(
        SQL("rel.tag_id"),
        MOST_TAGS,
        SQL("JOIN crm_tag_rel rel ON rel.lead_id = lead.id"),
    )
    for tag in cohort.env["crm.tag"].browse(ids):
        name = cohort.env._("Tagged %s", tag.name)
        yield _make(name, [("tag_ids", "in", tag.ids)], "tag_ids")


def _find_positions(cohort):
    positions = cohort.find_frequent(SQL("trim(lead.function)"), MOST_VALUES)
    # As most write it; capital and small letters are the same.
    spellings = {position.lower(): position for position in reversed(positions)}
    for position in spellings.values():
        if set("%_\\") & set(position):  # which mean something else to =ilike
            continue
        name = cohort.env._("Job position: %s", position)
        yield _make(name, [("function", "=ilike", position)], "function")


def _list_presences(env):
    """Yield candidates on whether something is known at all."""
    for field, name in (
        ("phone", env._("Gave a phone number")),
        ("function", env._("Tells a job position")),
        ("partner_name", env._("Names a company")),
        ("country_id", env._("Tells a country")),
    ):
        yield _make(name, [(field, "!=", False)], field)
    address = "email_normalized"
    free = Domain.OR(Domain(address, "ilike", f"@{host}") for host in FREE_MAIL)
    known = Domain(address, "!=", False)
    name = env._("Has a business e-mail address")
    yield _make(name, list(known & ~free), "email_from")
    yield _make(env._("Has a free e-mail address"), list(free), "email_from")


def _find_events(cohort):
    """Yield the candidates that the sources of events propose."""
    for source in cohort.env["website.crm.score.source"]._get_all():
        for name, filters in source._get_candidates(cohort):
            values = {"rule_type": "event", "event_type": source._event_type}
            # Once, whoever did it so often.
            values |= {"min_count": 1, "max_count": 1, **filters}
            yield Candidate(name, values)
