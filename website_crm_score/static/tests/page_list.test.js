import {expect, queryAllTexts, test} from "@odoo/hoot";
import {
    contains,
    defineModels,
    fields,
    getMenuItemTexts,
    mockService,
    models,
    mountView,
    onRpc,
    toggleActionMenu,
    toggleMenuItem,
} from "@web/../tests/web_test_helpers";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

class Page extends models.Model {
    _name = "website.page";

    name = fields.Char();
    track = fields.Boolean();

    _records = [
        {id: 1, name: "Prices", track: false},
        {id: 2, name: "Terms", track: true},
        {id: 3, name: "Courses", track: false},
    ];
}

class Post extends models.Model {
    _name = "blog.post";

    name = fields.Char();

    _records = [{id: 1, name: "News"}];
}

defineMailModels();
defineModels([Page, Post]);

const ARCH = `
    <list js_class="website_pages_list">
        <field name="name"/>
        <field name="track" optional="show"/>
    </list>`;

async function mountPages({arch = ARCH, resModel = "website.page"} = {}) {
    mockService("website", {
        websites: [{id: 1, name: "My Website"}],
        fetchWebsites: async () => {},
    });
    onRpc("website", "get_current_website", () => [1]);
    await mountView({
        type: "list",
        resModel,
        arch,
        actionMenus: {},
        config: {actionType: "ir.actions.act_window"},
    });
}

async function openActions(...names) {
    for (const name of names) {
        await contains(
            `.o_data_row:contains(${name}) .o_list_record_selector input`
        ).click();
    }
    await toggleActionMenu();
}

const isTracked = (name) => `.o_data_row:contains(${name}) [name=track] input:checked`;

test("pages are tracked from the list, and it shows it", async () => {
    onRpc("website.page", "write", ({args}) => expect.step(args));
    await mountPages();
    await openActions("Prices", "Courses");
    await toggleMenuItem("Track Page");
    expect.verifySteps([[[1, 3], {track: true}]]);
    expect(isTracked("Prices")).toHaveCount(1);
    expect(isTracked("Courses")).toHaveCount(1);
    await openActions("Terms");
    await toggleMenuItem("Stop Tracking");
    expect.verifySteps([[[2], {track: false}]]);
    expect(isTracked("Terms")).toHaveCount(0);
    expect(isTracked("Prices")).toHaveCount(1);
});

test("who may not edit pages cannot have them tracked", async () => {
    await mountPages({arch: ARCH.replace("<list", '<list edit="0"')});
    await openActions("Prices");
    expect(getMenuItemTexts()).not.toInclude("Track Page");
    expect(getMenuItemTexts()).not.toInclude("Stop Tracking");
});

test("what else core lists as pages has no such actions", async () => {
    const arch = '<list js_class="website_pages_list"><field name="name"/></list>';
    await mountPages({arch, resModel: "blog.post"});
    await openActions("News");
    expect(queryAllTexts(".o-dropdown--menu .o_menu_item")).not.toInclude("Track Page");
    expect(".o-dropdown--menu .o_menu_item:contains(Export)").toHaveCount(1);
});
