import base64
import json

from ..exchange.rule_file import write_file
from .event_common import EventCase


class ExchangeCase(EventCase):
    """Rules in files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.Rule.with_context(active_test=False)
        cls.Rule.search([]).unlink()
        cls.Import = cls.env["website.crm.score.import"]

    def export(self, rules):
        rules.flush_recordset()
        rules.invalidate_recordset()
        return write_file(rules._pack())

    def read_file(self, content):
        """Return the wizard that has read a file, a text or what it is to have."""
        text = content if isinstance(content, (str, bytes)) else json.dumps(content)
        content = text if isinstance(text, bytes) else text.encode()
        wizard = self.Import.create({"file": base64.b64encode(content)})
        wizard.action_read()
        return wizard

    def read_rules(self, *rules):
        wizard = self.read_file(
            {"format": "website_crm_score.rules", "version": 1, "rules": rules}
        )
        return wizard.line_ids

    def import_all(self, content):
        """Return the rules of a file, those with something missing, too."""
        wizard = self.read_file(content)
        self.assertEqual(wizard.error_count, 0, wizard.line_ids.mapped("problems"))
        wizard.line_ids.is_used = True
        return self.Rule.search(wizard.action_import()["domain"])

    def assertRoundTrip(self, rules):
        """Rules that are exported, deleted and imported are exported alike."""
        text = self.export(rules)
        rules.unlink()
        wizard = self.read_file(text)
        self.assertFalse([text for text in wizard.line_ids.mapped("problems") if text])
        imported = self.import_all(text)
        self.assertEqual(self.export(imported), text)
        return imported
