import {animationFrame, expect, keyDown, keyUp, queryAllTexts, test} from "@odoo/hoot";
import {
    clearRegistry,
    contains,
    defineModels,
    fields,
    makeMockEnv,
    mockService,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
    toggleActionMenu,
    toggleMenuItem,
} from "@web/../tests/web_test_helpers";
import {Deferred, mockDate} from "@odoo/hoot-mock";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {describeLoss} from "@website_crm_score/fields/score_switch/score_switch_field.esm";
import {importRulesItem} from "@website_crm_score/views/score_rule/import_rules.esm";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";

class Rule extends models.Model {
    _name = "website.crm.score";

    name = fields.Char();
    active = fields.Boolean({default: true});
    apply_to = fields.Char({default: "lead"});
    lead_count = fields.Integer();
    partner_count = fields.Integer();
    max_count = fields.Integer();
    max_points = fields.Float();
    domain = fields.Char();

    _records = [
        {id: 1, name: "Prices", lead_count: 7, max_count: 3, domain: "[]"},
        {id: 2, name: "Unused", domain: "[]"},
        {
            id: 3,
            name: "Colleagues",
            apply_to: "partner",
            partner_count: 2,
            domain: "[]",
        },
    ];
}

class Preview extends models.Model {
    _name = "website.crm.score.preview";

    scenario = fields.Char();
    is_patient = fields.Boolean();
    is_counting = fields.Boolean();

    _records = [{id: 1, is_counting: true}];
}

class Run extends models.Model {
    _name = "website.crm.score.run";

    name = fields.Char();

    _records = [{id: 1, name: "Run"}];
}

class UncountedHit extends models.Model {
    _name = "website.crm.uncounted.hit";

    name = fields.Char();
}

defineMailModels();
defineModels([Rule, Preview, Run, UncountedHit]);

const STEPS = [
    {title: "Track", description: "Visits count.", is_done: true, action: false},
    {title: "Write", description: "Or Templates.", is_done: false, action: "write"},
];
const LIST = `
    <list js_class="score_rule_list">
        <field name="name"/>
        <field name="apply_to" column_invisible="1"/>
        <field name="lead_count"/>
        <field name="partner_count" column_invisible="1"/>
        <field name="active" widget="score_switch"/>
    </list>`;
const KANBAN = `
    <kanban js_class="score_rule_kanban">
        <field name="lead_count"/>
        <field name="partner_count"/>
        <templates><t t-name="card"><field name="name"/></t></templates>
    </kanban>`;
const FORM = `
    <form js_class="score_rule_form">
        <field name="name"/>
        <field name="active" invisible="1"/>
        <field name="apply_to" invisible="1"/>
        <field name="lead_count" invisible="1"/>
        <field name="partner_count" invisible="1"/>
    </form>`;
const PANEL = ".o_score_first_steps";

function beManager(isManager = true) {
    patchWithCleanup(user, {
        hasGroup: async (group) =>
            isManager && group === "sales_team.group_sale_manager",
    });
}

function mountRules(type, arch, props = {}) {
    return mountView({
        type,
        arch,
        resModel: "website.crm.score",
        actionMenus: {},
        config: {actionType: "ir.actions.act_window"},
        ...props,
    });
}

const select = (name) =>
    contains(`.o_data_row:contains(${name}) .o_list_record_selector input`).click();

async function archive() {
    await toggleActionMenu();
    await toggleMenuItem("Archive");
}

// FIRST STEPS

test("first steps are above the rules, ticked and as links", async () => {
    beManager();
    onRpc("website.crm.first.steps", "get_steps", () => STEPS);
    mockService("action", {doAction: (action) => expect.step(`do ${action}`)});
    await mountRules("list", LIST);
    expect(queryAllTexts(`${PANEL} li`)).toEqual([
        "Track\nVisits count.",
        "Write\nOr Templates.",
    ]);
    expect(`${PANEL} li:eq(0) .fa-check-circle`).toHaveAttribute("aria-label", "Done");
    expect(`${PANEL} li:eq(1) .fa-circle-o`).toHaveAttribute("aria-label", "To do");
    // Who has no access to the screen has no link to it.
    expect(`${PANEL} a`).toHaveCount(1);
    await contains(`${PANEL} a`).click();
    expect.verifySteps(["do write"]);
});

test("first steps are above cards, too, and are gone when dismissed", async () => {
    beManager();
    onRpc("website.crm.first.steps", "get_steps", () => STEPS);
    onRpc("website.crm.first.steps", "action_dismiss", () => {
        expect.step("dismissed");
        return true;
    });
    await mountRules("kanban", KANBAN);
    await contains(`${PANEL} .btn-close`).click();
    expect(PANEL).toHaveCount(0);
    expect.verifySteps(["dismissed"]);
});

test("salespeople have no first steps, nor ask for them", async () => {
    beManager(false);
    onRpc("website.crm.first.steps", "get_steps", () => expect.step("asked"));
    await mountRules("list", LIST);
    expect(PANEL).toHaveCount(0);
    expect.verifySteps([]);
});

test("rules that are opened from elsewhere have no first steps above them", async () => {
    beManager();
    onRpc("website.crm.first.steps", "get_steps", () => expect.step("asked"));
    await mountRules("list", LIST, {context: {without_first_steps: true}});
    expect(".o_data_row").toHaveCount(3);
    expect(PANEL).toHaveCount(0);
    expect.verifySteps([]);
});

test("first steps that are done are not asked for again", async () => {
    beManager();
    onRpc("website.crm.first.steps", "get_steps", () => {
        expect.step("asked");
        return [];
    });
    await mountRules("list", LIST);
    expect.verifySteps(["asked"]);
    await contains("th[data-name=name]").click();
    expect.verifySteps([]);
});

// SWITCHING OFF

test("whose points are lost is said before a rule is switched off", async () => {
    await makeMockEnv();
    const say = (apply_to, lead_count, partner_count) =>
        String(describeLoss({apply_to, lead_count, partner_count}));
    expect(say("lead", 7, 0)).toBe(
        "Leads that lose the points of this rule at once: 7"
    );
    expect(say("partner", 0, 2)).toBe(
        "Contacts that lose the points of this rule at once: 2"
    );
    expect(say("lead", 0, 2)).toBe("");
    expect(say("partner", 7, 0)).toBe("");
});

test("the points that are lost are told before a rule is archived by its form", async () => {
    onRpc("action_archive", ({args}) => {
        expect.step(args[0]);
        return false;
    });
    await mountRules("form", FORM, {resId: 1});
    await archive();
    expect(".modal-body").toHaveText(
        "Leads that lose the points of this rule at once: 7"
    );
    expect.verifySteps([]);
    await contains(".modal-footer .btn-primary").click();
    expect.verifySteps([[1]]);
});

test("a rule that nobody has points of is archived as any record", async () => {
    await mountRules("form", FORM, {resId: 2});
    await archive();
    expect(".modal-body").toHaveText(
        "Are you sure that you want to archive this record?"
    );
});

test("the points that are lost are told before rules are archived in the list", async () => {
    beManager(false);
    onRpc("action_archive", ({args}) => {
        expect.step(args[0]);
        return false;
    });
    await mountRules("list", LIST);
    await select("Unused");
    await archive();
    expect(".modal-body").toHaveText(
        "Are you sure that you want to archive all the selected records?"
    );
    await contains(".modal-footer .btn-secondary").click();
    await select("Prices");
    await select("Colleagues");
    await archive();
    expect(".modal-body").toHaveText("Reasons that no longer count at once: 9");
    await contains(".modal-footer .btn-primary").click();
    expect.verifySteps([[1, 2, 3]]);
});

test("rules of other pages are counted, too, where all are chosen", async () => {
    beManager(false);
    onRpc("action_archive", ({args}) => {
        expect.step(args[0]);
        return false;
    });
    const list = LIST.replace("<list", '<list limit="1"');
    await mountRules("list", list);
    await contains("thead .o_list_record_selector input").click();
    await contains(".o_select_domain").click();
    await archive();
    expect(".modal-body").toHaveText("Reasons that no longer count at once: 9");
    await contains(".modal-footer .btn-primary").click();
    expect.verifySteps([[1, 2, 3]]);
});

test("the points that are lost are told before cards are archived", async () => {
    beManager(false);
    await mountRules("kanban", KANBAN);
    await keyDown("alt");
    await contains(".o_kanban_record:contains(Prices)").click();
    await keyUp("alt");
    await archive();
    expect(".modal-body").toHaveText("Reasons that no longer count at once: 7");
});

test("a switch asks before it takes points, and stays on if it shall not", async () => {
    beManager(false);
    onRpc("web_save", ({args}) => expect.step(args));
    await mountRules("list", LIST);
    const toggle = (name) => `.o_data_row:contains(${name}) [name=active] input`;
    await contains(toggle("Prices")).click();
    expect(".modal-body").toHaveText(
        "Leads that lose the points of this rule at once: 7"
    );
    await contains(".modal-footer .btn-secondary").click();
    expect(toggle("Prices")).toBeChecked();
    expect.verifySteps([]);
    await contains(toggle("Prices")).click();
    await contains(".modal-footer .btn-primary").click();
    expect(toggle("Prices")).not.toBeChecked();
    expect.verifySteps([[[1], {active: false}]]);
    await contains(toggle("Unused")).click();
    expect(".modal").toHaveCount(0);
    expect.verifySteps([[[2], {active: false}]]);
    // To switch it on takes no points.
    await contains(toggle("Prices")).click();
    expect(".modal").toHaveCount(0);
    expect.verifySteps([[[1], {active: true}]]);
});

// IMPORT

for (const [type, arch] of Object.entries({list: LIST, kanban: KANBAN})) {
    test(`managers import a file from the menu beside the title: ${type}`, async () => {
        beManager();
        onRpc("website.crm.first.steps", "get_steps", () => []);
        mockService("action", {doAction: (action) => expect.step(action)});
        await mountRules(type, arch);
        await toggleActionMenu();
        await contains(".o_score_import_menu").click();
        expect.verifySteps(["website_crm_score.website_crm_score_import_action"]);
    });
}

for (const [who, isManager, actionType] of [
    ["salespeople import nothing", false, "ir.actions.act_window"],
    ["what shows rules among others imports nothing", true, "ir.actions.client"],
]) {
    test(who, () => checkNothingToImport(isManager, actionType));
}

async function checkNothingToImport(isManager, actionType) {
    beManager(isManager);
    onRpc("website.crm.first.steps", "get_steps", () => []);
    // Without what core has in it, the menu is gone.
    clearRegistry(registry.category("cogMenu"));
    registry.category("cogMenu").add("import", importRulesItem);
    await mountRules("list", LIST, {config: {actionType}});
    expect(".o_data_row").toHaveCount(3);
    expect(".o_cp_action_menus").toHaveCount(0);
}

// THE FORM

test("a limit of 0 is empty, with what that means", async () => {
    onRpc("website.crm.score", "web_save", ({args}) => {
        expect.step(args[1]);
    });
    await mountView({
        type: "form",
        resModel: "website.crm.score",
        resId: 1,
        arch: `
            <form>
                <field name="max_count" widget="score_limit_integer" placeholder="any"/>
                <field name="max_points" widget="score_limit_float" placeholder="no limit"/>
            </form>`,
    });
    expect("[name=max_count] input").toHaveValue("3");
    expect("[name=max_points] input").toHaveValue("");
    expect("[name=max_points] input").toHaveAttribute("placeholder", "no limit");
    await contains("[name=max_points] input").edit("2.5");
    await contains("[name=max_count] input").edit("");
    await contains(".o_form_button_save").click();
    expect("[name=max_count] input").toHaveValue("");
    expect.verifySteps([{max_count: 0, max_points: 2.5}]);
});

test("what is read without a limit says so", async () => {
    await mountView({
        type: "form",
        resModel: "website.crm.score",
        resId: 1,
        arch: `
            <form edit="0">
                <field name="max_points" widget="score_limit_float" placeholder="no limit"/>
            </form>`,
    });
    expect("[name=max_points]").toHaveText("no limit");
});

test("the domain has conditions, not rules", async () => {
    onRpc("/web/domain/validate", () => true);
    await mountView({
        type: "form",
        resModel: "website.crm.score",
        resId: 1,
        arch: `
            <form><field name="domain" widget="score_domain"
                         options="{'model': 'website.crm.score'}"/></form>`,
    });
    expect("[name=domain]").toHaveClass("o_field_domain");
    expect("[name=domain] a:contains(New Condition)").toHaveCount(1);
    await contains("[name=domain] a:contains(New Condition)").click();
    expect("[name=domain] [aria-label='Delete condition']").toHaveCount(1);
    expect("[name=domain] [aria-label*='rule']").toHaveCount(0);
    expect("[name=domain]").not.toHaveText(/rule/i);
});

test("the preview is of the rule as it is in the form, unsaved", async () => {
    mockService("action", {
        doAction: (action, {additionalContext}) =>
            expect.step([action.split("website_crm_score_")[1], additionalContext]),
    });
    await mountView({
        type: "form",
        resModel: "website.crm.score",
        resId: 1,
        arch: `
            <form>
                <header>
                    <widget name="score_preview"/>
                    <widget name="score_test"/>
                </header>
                <field name="apply_to"/>
                <field name="name"/>
            </form>`,
    });
    expect("button.o_score_test").toHaveText("Test on a Lead");
    await contains("button.o_score_preview").click();
    await contains("[name=name] input").edit("Costs");
    await contains("button.o_score_test").click();
    const saved = {default_rule_ids: [1], default_unsaved: false};
    expect.verifySteps([
        ["preview_action", saved],
        ["trial_action", {...saved, default_unsaved: {name: "Costs"}}],
    ]);
});

// A PREVIEW THAT TAKES LONG

test("what takes long is counted once more, and the dialog stays usable", async () => {
    const counted = new Deferred();
    onRpc("website.crm.score.preview", "onchange", async ({args}) => {
        expect.step(`count, patient: ${args[1].is_patient}`);
        await counted;
        return {value: {is_counting: false}};
    });
    await mountView({
        type: "form",
        resModel: "website.crm.score.preview",
        resId: 1,
        arch: `
            <form>
                <widget name="score_preview_patience"/>
                <field name="is_patient" invisible="1" on_change="1"/>
                <div invisible="not is_counting" class="is_counting">Counting</div>
                <field name="is_counting" invisible="1"/>
                <field name="scenario"/>
            </form>`,
    });
    await animationFrame();
    expect.verifySteps(["count, patient: true"]);
    expect(".is_counting").toHaveCount(1);
    expect(".o_blockUI").toHaveCount(0);
    counted.resolve();
    await animationFrame();
    await animationFrame();
    expect(".is_counting").toHaveCount(0);
    expect.verifySteps([]);
});

// RUNS

for (const [type, arch] of Object.entries({
    list: '<list js_class="score_run_list"><field name="name"/></list>',
    kanban: `<kanban js_class="score_run_kanban">
                <templates><t t-name="card"><field name="name"/></t></templates>
             </kanban>`,
})) {
    test(`it is said when the rules run next: ${type}`, async () => {
        onRpc("website.crm.score.run", "get_next_run", () => false);
        await mountView({type, arch, resModel: "website.crm.score.run"});
        expect(".o_score_next_run").toHaveText("No run is planned");
    });
}

for (const [date, words] of [
    ["2019-03-12 10:00:00", /^Next run: .*12.*\d:\d\d/],
    ["2019-03-10 10:00:00", /^Next run: within a minute$/],
]) {
    test(`it is said when that is: ${date}`, async () => {
        mockDate("2019-03-11 09:00:00");
        onRpc("website.crm.score.run", "get_next_run", () => date);
        const arch = '<list js_class="score_run_list"><field name="name"/></list>';
        await mountView({type: "list", arch, resModel: "website.crm.score.run"});
        expect(".o_score_next_run").toHaveText(words);
    });
}

// VISITS THAT ARE NOT COUNTED

for (const [share, words] of [
    [{uncounted: 50, visits: 2000, days: 60}, "2.5% of 2,000 page visits in 60 days"],
    [{uncounted: 0, visits: 0, days: 60}, "No page visits in 60 days"],
]) {
    test(`it is said how many visits are not counted: ${words}`, async () => {
        onRpc("website.crm.uncounted.hit", "get_share", () => share);
        const arch = '<list js_class="uncounted_hit_list"><field name="name"/></list>';
        await mountView({type: "list", arch, resModel: "website.crm.uncounted.hit"});
        expect(".o_uncounted_hit_share").toHaveText(words);
    });
}
