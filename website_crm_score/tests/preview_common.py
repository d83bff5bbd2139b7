from .event_common import EventCase


class PreviewCase(EventCase):
    """Previews of rules, and what is then there when these are applied."""

    def preview(self, rules=None, seconds=None, **unsaved):
        """Return what ``rules`` would do, as they are or with changes, or a new one."""
        rules = self.Rule if rules is None else rules
        values = {"rule_ids": [(6, 0, rules.ids)], "unsaved": unsaved or False}
        return self.env["website.crm.score.preview"].new(values)._fetch(seconds)

    def get_states(self, owners):
        owners.invalidate_recordset()
        return {one.id: (one.score, one.score_grade) for one in owners}

    def assertComesTrue(self, owners, rule=None, **values):
        """What is previewed of ``owners``, all that there are, is what then happens.

        :param rule: what is changed by the values; by default a new rule
        :return: the rule
        """
        before = self.get_states(owners)
        result = self.preview(rule, **values)
        if rule:
            rule.write({**values, "active": True})
        else:
            rule = self.Rule.create({"name": "New", **values})
        rule.action_apply()
        self.assertFalse(rule.error)
        after = self.get_states(owners)
        self.assertEqual(self.expect(before, after), self.reduce(result), values)
        self.assertEqual(result["matched"], len(self.find_matched(owners, rule)))
        return rule

    def find_matched(self, owners, rule):
        lines = owners.score_line_ids.filtered("points")
        return lines.filtered(lambda line: line.rule_id == rule)

    def reduce(self, result):
        """Return what is comparable of a result."""
        return {
            "total": result["total"],
            "gained": result["gained"],
            "lost": result["lost"],
            "examples": {
                item["id"]: (item["before"], item["after"])
                for item in result["examples"]
            },
            "scores": self.spread(result["scores"], "score"),
            "grades": self.spread(result["grades"], "grade"),
        }

    def spread(self, items, name):
        """Return the values of all owners, before and after."""
        return [
            sorted(item[name] for item in items for _owner in range(item[when]))
            for when in ("before", "after")
        ]

    def expect(self, before, after):
        changed = {
            id_: (before[id_][0], after[id_][0])
            for id_ in before
            if before[id_][0] != after[id_][0]
        }
        return {
            "total": len(before),
            "gained": sum(new > old for old, new in changed.values()),
            "lost": sum(new < old for old, new in changed.values()),
            "examples": changed,
            "scores": [
                sorted(score // 1 for score, _grade in states.values())
                for states in (before, after)
            ],
            "grades": [
                sorted(grade for _score, grade in states.values() if grade)
                for states in (before, after)
            ],
        }
