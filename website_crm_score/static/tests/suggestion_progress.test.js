import {advanceTime, animationFrame, expect, test} from "@odoo/hoot";
import {
    MockServer,
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {ConnectionLostError} from "@web/core/network/rpc";
import {ORM} from "@web/core/orm_service";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

class Suggestion extends models.Model {
    _name = "suggestion";

    name = fields.Char();
    state = fields.Selection({
        selection: [
            ["waiting", "In Progress"],
            ["done", "Done"],
        ],
    });
    progress = fields.Float();

    _records = [{id: 1, name: "First", state: "waiting", progress: 10}];
}

defineMailModels();
defineModels([Suggestion]);

const PERCENT = ".o_suggestion_progress span";

async function openForm() {
    onRpc("suggestion", "read", () => {
        expect.step("look");
    });
    await mountView({
        type: "form",
        resModel: "suggestion",
        resId: 1,
        arch: `<form>
            <field name="name"/>
            <field name="state"/>
            <widget name="suggestion_progress" invisible="state != 'waiting'"/>
        </form>`,
    });
}

function change(values) {
    MockServer.env.suggestion.write([1], values);
}

async function pass() {
    await advanceTime(3000);
    await animationFrame();
    await animationFrame();
}

test("the bar moves by itself, and the result is shown", async () => {
    await openForm();
    expect(PERCENT).toHaveText("10 %");
    change({progress: 42});
    await pass();
    expect.verifySteps(["look"]);
    expect(PERCENT).toHaveText("42 %");
    change({state: "done"});
    await pass();
    expect.verifySteps(["look"]);
    expect(".o_suggestion_progress").toHaveCount(0);
    await pass();
    expect.verifySteps([]);
});

test("a connection that is lost for a moment stops nothing", async () => {
    let isLost = true;
    patchWithCleanup(ORM.prototype, {
        async read() {
            if (isLost) {
                throw new ConnectionLostError("/web");
            }
            return super.read(...arguments);
        },
    });
    await openForm();
    change({progress: 42});
    await pass();
    expect(PERCENT).toHaveText("10 %");
    isLost = false;
    await pass();
    expect(PERCENT).toHaveText("42 %");
    expect.verifySteps(["look"]);
});

test("what somebody is writing is not thrown away", async () => {
    await openForm();
    await contains("[name=name] input").edit("Second", {confirm: false});
    await contains("[name=name] input").press("Tab");
    change({state: "done"});
    await pass();
    expect("[name=name] input").toHaveValue("Second");
    expect(".o_suggestion_progress").toHaveCount(1);
    expect.verifySteps(["look"]);
});

test("nothing is looked at any more when the form is closed", async () => {
    await openForm();
    await contains(".o_form_button_create").click();
    await pass();
    expect.verifySteps([]);
});
