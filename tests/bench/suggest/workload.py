"""What is learnt from: leads of a file, as a website and a sales team leave them; and
many drawn ones.

Workers' functions, see :mod:`workers`. The columns of the file that Odoo has a field
for become that field, all others tags. Leads are made and scored while they are open,
and then won or lost as users do it; only dates are written by SQL.
"""

import csv
from contextlib import closing
from itertools import islice

from databases import connect

BATCH = 1000
COLUMNS = {
    "source": "Lead Source",
    "medium": "Lead Origin",
    "position": "What is your current occupation",
    "country": "Country",
    "visits": "TotalVisits",
    "pages": "Page Views Per Visit",
    "seconds": "Total Time Spent on Website",
    "number": "Lead Number",
    "won": "Converted",
}
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}
# All that core's predictive scoring can be told to look at.
CORE_FIELDS = "country_id,state_id,source_id,lang_id,phone_state,email_state,tag_ids"
DAYS = 500  # in which the leads came
OPEN_DAYS = 10  # from its coming to its end
# The pages of a visit, in this order; later ones have numbers.
PAGES = ("/courses", "/pricing")
LONGEST_GAP = 25 * 60  # a longer one would end the visit

DATES = """
UPDATE crm_lead lead SET create_date = moment, date_last_stage_update = moment
  FROM (SELECT id, now() AT TIME ZONE 'UTC' - %(days)s * interval '1 day'
                   * (1 - (row_number() OVER (ORDER BY id))::float
                          / (count(*) OVER () + 1)) - %(open)s * interval '1 day'
                   AS moment
          FROM crm_lead) dated
 WHERE dated.id = lead.id
"""
CLOSED = """
UPDATE crm_lead SET date_closed = create_date + %(open)s * interval '1 day',
       date_last_stage_update = create_date + %(open)s * interval '1 day'
"""
VISITORS = """
INSERT INTO website_visitor (
    id, access_token, website_id, visit_count, create_date, write_date,
    last_connection_datetime)
SELECT id, md5(id::text), (SELECT min(id) FROM website), 1, create_date, create_date,
       create_date
  FROM crm_lead WHERE id = ANY(%(ids)s)
"""
LINKS = """
INSERT INTO crm_lead_website_visitor_rel (crm_lead_id, website_visitor_id)
SELECT id, id FROM website_visitor
"""
TRACKS = """
INSERT INTO website_track (visitor_id, url, visit_datetime)
SELECT seen.visitor, 'https://www.example.com' || seen.path,
       date_trunc('second', lead.create_date) - seen.days * interval '1 day'
           + seen.second * interval '1 second'
  FROM unnest(%(visitors)s, %(days)s, %(seconds)s, %(paths)s)
       seen(visitor, days, second, path)
  JOIN crm_lead lead ON lead.id = seen.visitor
"""
# All are closed; that they are won goes with some of what they have.
CLOSED_DRAWN = """
UPDATE crm_lead SET won_status = fate, active = fate = 'won',
       probability = CASE fate WHEN 'won' THEN 100 ELSE 0 END,
       date_closed = create_date
  FROM (SELECT id, CASE WHEN (hashint8(id * 1000 + 77) & 2147483647) %% 100
                             < 10 + CASE WHEN phone IS NULL THEN 0 ELSE 15 END
                                  + 20 * (country_id %% 3 = 0)::integer
                                  + 15 * (source_id %% 2 = 0)::integer
                                  + 20 * (medium_id %% 3 = 0)::integer
                                  + 10 * (function LIKE 'E%%')::integer
                                  + 10 * (lang_id %% 2 = 0)::integer
                        THEN 'won' ELSE 'lost' END AS fate
          FROM crm_lead) drawn
 WHERE drawn.id = crm_lead.id
"""


def split(items, size):
    """Yield parts of so many items."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def read(path):
    """Return the rows of a file of leads."""
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def add_leads(env, paths, rules):
    """Add the leads of files, each file after the one before, and score them.

    :param list rules: name, points, domain and whether it is event-based of each rule,
        and what it belongs to, if not to what it looks at
    """
    env = env(context={**env.context, **QUIET})
    rows = [row for path in paths for row in read(path)]
    env["ir.config_parameter"].set_param("crm.pls_fields", CORE_FIELDS)
    leads = make_leads(env, rows)
    execute(env, DATES, days=DAYS, open=OPEN_DAYS)
    add_visits(env, leads, rows)
    env.cr.commit()
    make_rules(env, rules)
    while not env["website.crm.score"].assign_scores_to_leads():
        env.cr.commit()
    env.cr.commit()
    close(leads, rows)
    env.cr.commit()


def make_leads(env, rows):
    """Make the leads, open ones."""
    known = set(COLUMNS.values())
    tags = {tag for row in rows for tag in name_tags(row, known)}
    records = {
        "source": by_name(env, "utm.source", column(rows, "source")),
        "medium": by_name(env, "utm.medium", column(rows, "medium")),
        "tag": by_name(env, "crm.tag", tags),
        "country": {one.name: one.id for one in env["res.country"].search([])},
    }
    leads = env["crm.lead"]
    for some in split(rows, BATCH):
        leads |= leads.create([make_values(row, records, known) for row in some])
        env.flush_all()
    return leads


def column(rows, name):
    return {row[COLUMNS[name]] for row in rows if row[COLUMNS[name]]}


def by_name(env, model, names):
    """Return the ids of the records with these names, made if need be."""
    found = {record.name: record.id for record in env[model].search([])}
    missing = sorted(names - found.keys())
    for record in env[model].create([{"name": name} for name in missing]):
        found[record.name] = record.id
    return found


def name_tags(row, known):
    """Return what the columns say that there is no field for: those that are said to be
    so, by name."""
    return [
        name if value == "Yes" else f"{name}: {value}"
        for name, value in row.items()
        if name not in known and value not in ("", "No")
    ]


def make_values(row, records, known):
    """Return a row of the file as values of a lead."""
    number = row[COLUMNS["number"]]
    tags = [records["tag"][name] for name in name_tags(row, known)]
    return {
        "type": "lead",
        "name": f"Enquiry {number}",
        "email_from": f"enquirer.{number}@example.com",
        "function": row[COLUMNS["position"]],
        "country_id": records["country"].get(row[COLUMNS["country"]]),
        "source_id": records["source"].get(row[COLUMNS["source"]]),
        "medium_id": records["medium"].get(row[COLUMNS["medium"]]),
        "tag_ids": [(6, 0, tags)],
        "user_id": False,
        "team_id": False,
    }


def add_visits(env, leads, rows):
    """Add what the leads' visitors saw, on the days before they became leads."""
    tracks = []
    for lead_id, row in zip(leads.ids, rows, strict=True):
        tracks += [(lead_id, *track) for track in list_tracks(row)]
    execute(env, VISITORS, ids=sorted({track[0] for track in tracks}))
    execute(env, LINKS)
    for some in split(tracks, 50 * BATCH):
        visitors, days, seconds, paths = map(list, zip(*some, strict=True))
        execute(env, TRACKS, visitors=visitors, days=days, seconds=seconds, paths=paths)


def list_tracks(row):
    """Return how many days before, at which second of the visit, which page was seen.

    There are so many visits, a day each, of so many pages on average; the time is
    spread over the gaps between the pages, as many of them as it takes.
    """
    visits, seconds = (int(float(row[COLUMNS[x]] or 0)) for x in ("visits", "seconds"))
    if not visits:
        return []
    pages = round(visits * float(row[COLUMNS["pages"]] or 0))
    stay = seconds / visits
    least = 1 + -(-stay // LONGEST_GAP)  # pages that a visit so long has at least
    tracks = []
    for visit in range(visits):
        count = pages * (visit + 1) // visits - pages * visit // visits
        count = int(max(count, least))
        gap = stay / (count - 1) if count > 1 else 0
        tracks += [
            (visits - visit, round(place * gap), name_page(place))
            for place in range(count)
        ]
    return tracks


def name_page(place):
    return PAGES[place] if place < len(PAGES) else f"/page-{place + 1}"


def make_rules(env, rules):
    """Make the rules that are there already."""
    env["website.crm.score"].create(
        [
            {
                "name": name,
                "value": value,
                "domain": repr(domain),
                "event_based": event_based,
                **dict(zip(["category"], category, strict=False)),
            }
            for name, value, domain, event_based, *category in rules
        ]
    )
    env.cr.commit()


def close(leads, rows):
    """Have the leads be won or lost, in the order in which they came."""
    won = leads.browse(
        lead_id
        for lead_id, row in zip(leads.ids, rows, strict=True)
        if row[COLUMNS["won"]] == "1"
    )
    lost = leads - won
    for some in split(won.ids, BATCH):
        leads.browse(some).action_set_won()
        leads.env.flush_all()
    for some in split(lost.ids, BATCH):
        leads.browse(some).action_set_lost()
        leads.env.flush_all()
    execute(leads.env, CLOSED, open=OPEN_DAYS)


def execute(env, statement, **values):
    env.flush_all()
    env.cr.execute(statement, values)
    env.invalidate_all()


def derive_pages(env):
    """Derive what the leads saw, as the hourly job does."""
    while not env["website.crm.pageview"]._sync_recent():
        env.cr.commit()
    env.cr.commit()


def close_drawn(database):
    """Have all leads of a database be closed.

    :param database: its name on the server
    """
    with closing(connect(database)) as connection:
        connection.cursor().execute(CLOSED_DRAWN, {})
