import io
import re
import textwrap
from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.orm.model_classes import add_to_registry
from odoo.tests import Form, tagged
from odoo.tools.convert import convert_xml_import
from odoo.tools.misc import file_open

from .event_common import EventCase

ADDON = "website_crm_score_meeting"


def read_example():
    """Return the Python and the XML of the source that developers are shown."""
    with file_open("website_crm_score/readme/DEVELOP.md") as file:
        [text] = re.findall(
            r"\*\*How to add a source\.\*\*(.*?)\n\*\*", file.read(), re.S
        )
    # What follows the model, such as candidates, is shown by itself.
    python = re.findall(r"```python\n(.*?)```", text, re.S)[0]
    [xml] = re.findall(r"```xml\n(.*?)```", text, re.S)
    return python, xml


@tagged("post_install", "-at_install")
class TestNewSource(EventCase):
    """The worked example of readme/DEVELOP.md, as an addon would bring it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.python, xml = read_example()
        cls._add_models()
        file = io.BytesIO(f"<odoo>{xml}</odoo>".encode())
        file.name = f"{ADDON}.xml"
        convert_xml_import(cls.env, ADDON, file)

    @classmethod
    def _add_models(cls):
        module = {"__name__": f"odoo.addons.{ADDON}.models"}
        code = compile(cls.python, f"{ADDON}.py", "exec")
        exec(code, module)  # pylint: disable=exec-used
        source, rule = module["WebsiteCrmScoreSourceMeeting"], module["WebsiteCrmScore"]
        bases = cls.registry[rule._name]._base_classes__
        cls.addClassCleanup(cls._remove_models, source._name, rule._name, bases)
        for model in (source, rule):
            add_to_registry(cls.registry, model)
        names = [source._name, rule._name]
        cls.registry._setup_models__(cls.cr, names)
        cls.registry.init_models(cls.cr, names, {"module": ADDON})

    @classmethod
    def _remove_models(cls, source_name, rule_name, bases):
        cls.registry["website.crm.score.source"]._inherit_children.discard(source_name)
        del cls.registry.models[source_name]
        cls.registry[rule_name]._base_classes__ = bases
        with cls.registry.cursor() as cr:
            cls.registry._setup_models__(cr)

    def make_meeting(self, start, hours=1, **values):
        """Make a meeting that begins so many hours from now."""
        begin = self.now + timedelta(hours=start)
        return self.env["calendar.event"].create(
            {
                "name": "Meeting",
                "start": begin,
                "stop": begin + timedelta(hours=hours),
                **values,
            }
        )

    def make_meeting_rule(self, **values):
        return self.make_event_rule("meeting", 10, **values)

    def test_the_example_is_short(self):
        [model] = re.findall(
            r"class WebsiteCrmScoreSource.*?(?=\n\n\nclass)", self.python, re.S
        )
        self.assertLessEqual(model.count("\n"), 40)
        self.assertEqual(textwrap.dedent(self.python), self.python)

    def test_a_lead_has_the_points_of_meetings_that_were_held(self):
        lead = self.make_lead()
        self.make_meeting(-3, opportunity_id=lead.id)
        self.make_meeting(-3, opportunity_id=lead.id, active=False)
        self.make_meeting(-1, hours=0.5, opportunity_id=lead.id)
        self.make_meeting_rule(meeting_hours=1)
        self.run_rules()
        self.assertScores(lead, [10])

    def test_a_contact_has_the_points_of_its_own_meetings(self):
        contacts = self.env["res.partner"].create([{"name": "Ann"}, {"name": "Bob"}])
        self.make_meeting(-3, partner_ids=contacts[0].ids)
        self.make_meeting_rule(apply_to="partner")
        self.run_rules()
        self.assertEqual(contacts.mapped("score"), [10, 0])

    def test_a_meeting_to_come_counts_when_it_has_ended(self):
        lead = self.make_lead()
        self.make_meeting(2, opportunity_id=lead.id)
        self.make_meeting_rule()
        self.run_rules()
        self.assertScores(lead, [0])
        with self.after(hours=4):
            self.run_again()
        self.assertScores(lead, [10])

    def test_the_form_offers_the_event_and_shows_its_filter(self):
        form = Form(self.Rule)
        form.name, form.rule_type = "Met", "event"
        form.event_type = "contact_form"
        with self.assertRaisesRegex(AssertionError, "invisible"):
            form.meeting_hours = 1
        form.event_type = "meeting"
        form.meeting_hours = 1.5
        self.assertEqual(form.save().meeting_hours, 1.5)

    def test_a_wrong_filter_is_refused(self):
        rule = self.make_meeting_rule()
        with self.assertRaisesRegex(ValidationError, "hours cannot be less than 0"):
            rule.meeting_hours = -1
