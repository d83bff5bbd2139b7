"""What planning needs to know of leads."""

from ..planning.facts import LeadFacts

BEST_FIRST = "score desc, create_date, id"


def read_facts(env, domain):
    """Return the facts of the leads in a domain by id, the best lead first.

    :rtype: dict[int, LeadFacts]
    """
    leads = env["crm.lead"]
    query = leads._search(domain, order=BEST_FIRST)
    columns = [leads._field_to_sql(leads._table, name) for name in LeadFacts._fields]
    return {
        lead_id: LeadFacts(lead_id, float(score or 0), *others)
        for lead_id, score, *others in env.execute_query(query.select(*columns))
    }
