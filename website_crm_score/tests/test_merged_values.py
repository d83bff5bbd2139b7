import random
from datetime import datetime, timedelta

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..tools.merge_rehearsal import rehearse_merge
from ..tools.merged_values import MergedValues
from .common import ScoringCase

TEXTS = ("char", "text", "html")
# By contact and stage one lead changes others, whose merger comes later.
LEFT = ("create_date", "partner_id", "stage_id")
GROUPS = 12


@tagged("post_install", "-at_install")
class TestMergedValues(ScoringCase):
    """What a rehearsal has leads have is what core's merger writes."""

    def make_groups(self, seed):
        """Make groups of leads, each with some of what core merges."""
        rnd = random.Random(seed)
        names = [
            name
            for name in self.Lead._merge_get_fields()
            if name in self.Lead._fields and name not in LEFT
        ]
        groups = []
        for number in range(GROUPS):
            leads = self.Lead.create(
                [
                    {"name": f"Lead {number}.{index}", "type": "lead"}
                    for index in range(rnd.choice((2, 2, 3)))
                ]
            )
            for lead in leads:
                lead.write(
                    {
                        name: value
                        for name in names
                        if rnd.random() < 0.5
                        and (value := self.make_value(name, rnd)) is not None
                    }
                )
            groups.append(leads)
        self.env.flush_all()
        return groups

    def make_value(self, name, rnd):
        """Return some value of a field, None to leave it as it is."""
        field = self.Lead._fields[name]
        if field.type in TEXTS:
            text = f"{name} {rnd.randint(0, 9)}<br>"
            return text if field.required else rnd.choice([False, text])
        if field.type in ("float", "monetary", "integer"):
            return rnd.choice([0, 1, 2.0])
        if field.type in ("date", "datetime"):
            return datetime(2026, 1, 1) + timedelta(days=rnd.randint(0, 9))
        if field.type == "many2one" and name not in (
            "user_id",
            "team_id",
            "company_id",
        ):
            found = self.env[field.comodel_name].search([], limit=3)
            return rnd.choice([False, *found.ids])
        if name == "priority":
            return rnd.choice(["0", "1", "2", "3"])
        return None

    def read_columns(self, leads):
        """Return what core merges, by lead and column."""
        names = list(MergedValues([leads]).fields)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s FROM crm_lead WHERE id IN %s",
                SQL(", ").join(map(SQL.identifier, names)),
                leads._ids,
            )
        )
        return {id_: dict(zip(names, row, strict=True)) for id_, *row in rows}

    @mute_logger("odoo.models.unlink")
    def check_values(self, groups):
        with rehearse_merge(groups) as merged:
            self.assertEqual(len(merged), GROUPS)
            heads = self.Lead.union(*merged)
            promised = self.read_columns(heads)
        done = self.Lead._merge_automatically(groups)
        self.assertEqual(self.Lead.union(*done), heads)
        self.env.flush_all()
        written = self.read_columns(heads)
        for lead in heads:
            self.assertEqual(promised[lead.id], written[lead.id])

    def test_a_rehearsal_says_what_the_merger_writes(self):
        for seed in range(4):
            with self.subTest(seed=seed):
                self.check_values(self.make_groups(seed))

    def test_what_an_addon_merges_in_its_own_way_is_asked_of_it(self):
        cls = self.env.registry["crm.lead"]
        merge_data = cls._merge_data

        def _merge_data(leads, fnames=None):
            data = merge_data(leads, fnames)
            if data.get("function"):
                data["function"] = data["function"].upper()
            return data

        self.patch(cls, "_merge_data", _merge_data)
        self.check_values(self.make_groups(9))
