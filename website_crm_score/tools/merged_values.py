"""What leads have after a merger, of many groups at once."""

from odoo.models import BaseModel
from odoo.tools import SQL

# Of columns of these types, core takes the first value that there is.
PLAIN_TYPES = {
    "boolean",
    "char",
    "date",
    "datetime",
    "float",
    "integer",
    "many2one",
    "monetary",
    "selection",
    "text",
}
CORE = "odoo.addons.crm.models.crm_lead"


class MergedValues:
    """What core's merger writes, as columns have it.

    Core looks at one field of one lead after another. Most of them it takes from the
    first lead that has it: these are read and compared as rows. The others are left to
    core, and so are all of them where an addon has something else to say.

    :param list groups: leads that are merged into the first of each
    """

    def __init__(self, groups):
        self.groups = groups
        self.leads = groups[0].union(*groups)
        every = map(self.leads._fields.get, self.leads._merge_get_fields())
        self.fields = {field.name: field for field in every if _is_column(field)}
        self.plain = self._find_plain()
        self.before = self._read()
        self.stages = {}  # ids by team

    def _find_plain(self):
        """Return of which fields core takes the first value, each with what it writes
        where there is none."""
        if type(self.leads)._merge_data.__module__ != CORE:
            return {}
        first = self.groups[0]
        others = {
            *first._merge_get_fields_specific(),
            *first._merge_get_fields_address(),
        }
        return {
            # An amount of nothing is zero in any currency, to compare it.
            name: 0.0 if field.type == "monetary" else _to_column(field, False, first)
            for name, field in self.fields.items()
            if field.type in PLAIN_TYPES and not field.translate and name not in others
        }

    def _read(self):
        """Return the columns of all leads, by their ids."""
        leads = self.leads.sudo()  # sudo: as a merger, which is the job's
        names = list(self.fields)
        columns = [leads._field_to_sql(leads._table, name) for name in names]
        query = SQL(
            "SELECT id, %s FROM %s WHERE id IN %s",
            SQL(", ").join(columns),
            SQL.identifier(leads._table),
            leads._ids,
        )
        rows = leads.env.execute_query(query)
        return {
            lead_id: dict(zip(names, values, strict=True)) for lead_id, *values in rows
        }

    def find_changes(self):
        """Return what changes of the first lead of each group.

        :return: the values of columns; of all groups those that change in any
        :rtype: list[dict]
        """
        merged = [self._merge(same) for same in self.groups]
        names = {
            name
            for same, values in zip(self.groups, merged, strict=True)
            for name, value in values.items()
            if value != self.before[same[0].id][name]
        }
        return [
            {name: value for name, value in values.items() if name in names}
            for values in merged
        ]

    def name_changes(self, heads, rows):
        """Return the names of what changes of each lead, by its id.

        :param crm.lead heads: the first lead of each group
        :param list[dict] rows: see :meth:`find_changes`
        """
        return {
            lead_id: {
                name
                for name, value in row.items()
                # zero is as good as nothing
                if (value or None) != (self.before[lead_id][name] or None)
            }
            for lead_id, row in zip(heads.ids, rows, strict=True)
        }

    def _merge(self, same):
        rows = [self.before[lead.id] for lead in same]
        values = {
            name: next((row[name] for row in rows if row[name]), empty)
            for name, empty in self.plain.items()
        }
        others = [name for name in self.fields if name not in self.plain]
        for name, value in same._merge_data(others).items():
            if name in self.fields:
                values[name] = self._convert(same[0], name, value)
        stages = values.get("team_id") and self._find_stages(values["team_id"])
        if stages and values["stage_id"] not in stages:
            values["stage_id"] = stages[0]
        return values

    def _find_stages(self, team_id):
        """Return the ids of the stages that a merged lead of a team can be in."""
        if team_id not in self.stages:
            domain = [("team_ids", "in", [team_id, False])]
            found = self.leads.env["crm.stage"].search(domain, order="sequence, id")
            self.stages[team_id] = found.ids
        return self.stages[team_id]

    def _convert(self, lead, name, value):
        if isinstance(value, BaseModel):  # an address is given in records
            value = value.id
        if value and self.fields[name].type == "html":
            # Each part of it was sanitized, which takes long, when it was written.
            return value.replace("<br/>", "<br>")
        return _to_column(self.fields[name], value, lead)


def _to_column(field, value, lead):
    return field.convert_to_column(field.convert_to_cache(value, lead), lead)


def _is_column(field):
    return bool(
        field and field.store and field.column_type and not field.company_dependent
    )
