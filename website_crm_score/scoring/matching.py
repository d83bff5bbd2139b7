"""Which owners match a rule: read as its author sees them, whoever runs it."""

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.record_names import add_page_copies, compares_names, resolve_names
from ..tools.rule_domain import iter_fields, may_read, parse_domain

# What only changes together with the page views of a lead: it is then stale.
PAGE_FIELDS = {
    "crm.lead.score_pageview_ids",
    "website.crm.pageview.page_id",
    "website.crm.pageview.url",
    "website.crm.pageview.url_id",
    "website.crm.pageview.view_count",
    "website.crm.url.url",
}
# By which else a rule can look at visits.
VISITOR_FIELDS = {"crm.lead.visitor_ids", "crm.lead.visitor_page_count"}


def get_query(rule, scope):
    """Return the query of the owners in ``scope`` that match ``rule``.

    :param Domain scope: on owners
    :rtype: Query
    :raise UserError: if the domain is malformed, looks at the score, or at what its
        author may not read
    """
    owners = get_reader(rule)
    domain = parse_domain(rule.domain, rule.env)
    _check_readable(rule, domain, owners)
    domain = add_page_copies(resolve_names(domain, owners), owners)
    # Without the access rules of the owners themselves: which of them it is for says
    # the scope. Where a path leaves them, those of the author are applied.
    query = owners._search(domain, bypass_access=True)
    owners = owners.sudo()  # sudo: the scope looks at fields that are the job's
    scope = _get_scope(rule, scope).optimize_full(owners)
    if not scope.is_true():
        query.add_where(scope._to_sql(owners, query.table, query))
    return query


def get_scope_query(rule, scope):
    """Return the query of all owners in ``scope`` that ``rule`` is for.

    :param Domain scope: on owners
    :rtype: Query
    """
    owners = get_reader(rule).sudo()  # sudo: see get_query
    return owners._search(_get_scope(rule, scope))


def get_reader(rule):
    """Return the model of the owners, in an environment as the author of ``rule`` has
    it, whoever runs it and whatever is in the context."""
    is_installed = rule.env["res.lang"]._get_data(code=rule.lang)
    context = {
        "active_test": False,
        "lang": rule.lang if is_installed else "en_US",
        "tz": rule._get_sql_zone(rule.tz),
        "allowed_company_ids": _get_company_ids(rule),
    }
    env = rule.env(user=rule.author_id.id, context=context, su=False)
    return rule.with_env(env)._get_owners(rule.apply_to)


def looks_at_pages(rule):
    """Return whether the visits of an owner are among what ``rule`` looks at."""
    if rule.rule_type == "event":
        return rule._get_source()._is_of_visitors
    try:
        return bool(_get_field_names(rule) & (PAGE_FIELDS | VISITOR_FIELDS))
    except (UserError, ValueError):  # a broken rule
        return False


def looks_at_pages_only(rule):
    """Return whether what a lead saw is all that the domain of ``rule`` looks at."""
    names = _get_field_names(rule)
    return bool(names) and names <= PAGE_FIELDS


def _get_field_names(rule):
    domain = parse_domain(rule.domain, rule.env)
    owners = rule._get_owners(rule.apply_to)
    return {str(field) for field in iter_fields(domain, owners)}


def _check_readable(rule, domain, owners):
    """Raise unless the author may read the fields that ``domain`` looks at.

    Which owners match a rule tells about all that the rule looks at.
    """
    if rule.lang and rule.lang != owners.env.lang and compares_names(domain, owners):
        raise UserError(
            rule.env._(
                "it compares names in a language that is switched off: %s", rule.lang
            )
        )
    derived = rule._get_derived_fields()
    for field in iter_fields(domain, owners):
        if field in derived:
            raise UserError(rule.env._("a rule cannot depend on the score itself"))
        if not may_read(field, owners.env):
            raise UserError(
                rule.env._(
                    "%(user)s, who wrote it, may not read its field “%(field)s”",
                    user=rule.author_id.sudo().name,  # sudo: of any company
                    field=field,
                )
            )


def _get_scope(rule, scope):
    """Return the domain of the owners in ``scope`` that ``rule`` is for."""
    if rule.company_id:
        return scope & Domain("company_id", "=", rule.company_id.id)
    ids = _get_company_ids(rule)
    every = rule.env["res.company"]._get_all_company_ids()
    if rule.author_id.id == SUPERUSER_ID or every.issubset(ids):
        return scope
    return scope & Domain("company_id", "in", [*ids, False])


def _get_company_ids(rule):
    """Return the companies whose records ``rule`` looks at, the main one first."""
    if rule.company_id:
        return rule.company_id.ids
    author = rule.author_id.sudo()  # sudo: of any company
    ids = author._get_company_ids()
    main = rule.env["ir.model.data"]._xmlid_to_res_id("base.main_company")
    first = main if main in ids else author.company_id.id
    return [first, *(id_ for id_ in ids if id_ != first)]
