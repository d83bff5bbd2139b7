import random
from datetime import datetime, timedelta

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..tools.merge_rehearsal import rehearse_merge
from .common import ScoringCase

TEXTS = ("char", "text", "html")
# Not written by a merger, or scored by the rehearsal alone.
LEFT = ("create_date", "write_date", "write_uid", "score")
GROUPS = 12
CONTACTS = (
    {},
    {"phone": "+32 470 12 34 56"},
    {"email": "known@example.com"},
    {"phone": "+32 470 65 43 21", "email": "both@example.com"},
)


@tagged("post_install", "-at_install")
class TestMergedValues(ScoringCase):
    """What a rehearsal has leads have is what core's merger writes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contacts = cls.env["res.partner"].create(
            [{"name": f"Contact {index}"} | v for index, v in enumerate(CONTACTS * 3)]
        )
        cls.told = {
            name: list(filter(None, cls.contacts.mapped(name[:5])))
            for name in ("email_from", "phone")
        }
        cls.stages = cls.env["crm.stage"].search([("is_won", "=", False)], limit=3)
        cls.own_stage = cls.stages[1]
        cls.own_stage.team_ids = cls.env["crm.team"].search([], limit=1)
        cls.frequencies = cls.env["crm.lead.scoring.frequency"].create(
            [
                {"variable": variable, "value": value, "won_count": 9, "lost_count": n}
                for n, (variable, value) in enumerate(
                    [
                        *(("stage_id", stage.id) for stage in cls.stages),
                        ("phone_state", "correct"),
                        ("phone_state", False),
                    ],
                    start=1,
                )
            ]
        )

    def make_groups(self, seed):
        """Make groups of leads, each with some of what core merges; and a lead of each
        contact that nothing is merged into."""
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
                    {
                        "name": f"Lead {number}.{index}",
                        "type": rnd.choice(["lead", "opportunity"]),
                        "user_id": False,
                        "team_id": rnd.choice(self.own_stage.team_ids.ids + [False]),
                    }
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
        self.others = self.Lead.create(
            [
                {"name": "Other", "partner_id": contact.id, "user_id": False}
                for contact in self.contacts
            ]
        )
        # As files and addons leave it: neither knows of the other.
        self.env.flush_all()
        for number, lead in enumerate(self.Lead.union(*groups[::2])):
            lead._write({"phone": f"+32 470 00 00 {number:02}"})
        self.env.invalidate_all()
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
        if name in ("partner_id", "stage_id"):
            found = self.contacts if name == "partner_id" else self.stages
            return rnd.choice([False, *found.ids])
        if name in ("email_from", "phone"):
            return rnd.choice([False, *self.told[name]])
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
        """Return what is stored of leads and contacts, but for scores."""
        return [
            self.read_rows(records)
            for records in (leads + self.others, self.contacts)
            if records
        ]

    def read_rows(self, records):
        names = [
            name
            for name, field in records._fields.items()
            if field.store
            and field.column_type
            and name not in LEFT
            and not name.startswith("score_")
            and not name.endswith("_stale")
        ]
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s FROM %s WHERE id IN %s",
                SQL(", ").join(map(SQL.identifier, names)),
                SQL.identifier(records._table),
                records._ids,
            )
        )
        return {id_: dict(zip(names, row, strict=True)) for id_, *row in rows}

    @mute_logger("odoo.models.unlink")
    def check_values(self, groups):
        with rehearse_merge(groups) as merged:
            self.assertEqual(len(merged), GROUPS)
            heads = self.Lead.union(*merged)
            promised = self.read_columns(heads)
        before = self.read_columns(heads)
        done = self.Lead._merge_automatically(groups)
        self.assertEqual(self.Lead.union(*done), heads)
        self.env.flush_all()
        written = self.read_columns(heads)
        for said, rows in zip(promised, written, strict=True):
            for id_, row in rows.items():
                others = {
                    name: (said[id_][name], value)
                    for name, value in row.items()
                    if said[id_][name] != value
                }
                self.assertFalse(others)
        return before, written

    def test_a_rehearsal_says_what_the_merger_writes(self):
        for seed in range(6):
            with self.subTest(seed=seed):
                before, written = self.check_values(self.make_groups(seed))
                for rows, left in zip(before, written, strict=True):
                    self.assertNotEqual(rows, left)  # contacts have changed, too

    def test_where_nothing_was_won_yet_probabilities_stay(self):
        self.frequencies.unlink()
        self.contacts = self.contacts.browse()
        self.check_values(self.make_groups(7))

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

    def test_only_what_changes_is_computed_again(self):
        phone, seen = {"phone": "+32 470 12 34 56"}, set()
        same, other = (
            self.Lead.create(
                [
                    {"name": "Left", "type": "opportunity", "user_id": False} | values,
                    {"name": "Gone", "type": "lead", "user_id": False} | phone,
                ]
            )
            for values in (phone, {})
        )
        cls = self.env.registry["crm.lead"]
        compute = cls._compute_phone_state

        def _compute_phone_state(leads):
            seen.update(leads.ids)
            compute(leads)

        self.patch(cls, "_compute_phone_state", _compute_phone_state)
        self.env.flush_all()
        with rehearse_merge([same, other]) as merged:
            heads = self.Lead.union(*merged)
            self.assertEqual(heads, same[0] + other[0])
            self.assertEqual(heads.mapped("phone_state"), ["correct", "correct"])
        self.assertEqual(seen, {other[0].id})
        seen.clear()
        self.Lead._merge_automatically([same, other])
        self.env.flush_all()
        self.assertEqual(seen, {other[0].id})
