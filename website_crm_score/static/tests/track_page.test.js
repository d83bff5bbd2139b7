import {animationFrame, click, expect, test} from "@odoo/hoot";
import {
    contains,
    makeDialogMockEnv,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {OptimizeSEODialog} from "@website/components/dialog/seo";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {registry} from "@web/core/registry";

defineMailModels();

const HELP = ".o_track_page .fa-question-circle";
const CHECKBOX = ".o_track_page input[type=checkbox]";

/**
 * Open the dialog on `mainObject`, shown by the view 7.
 *
 * @param {object} mainObject model and id of the record of the page
 * @param {object} seoData what the server says: by model
 */
async function openDialog(mainObject, seoData) {
    const {documentElement, body} = document.implementation.createHTMLDocument();
    documentElement.dataset.viewid = "7";
    mockService("website", {
        currentWebsite: {
            id: 3,
            name: "My Website",
            metadata: {mainObject, path: "http://localhost/x", lang: "en_US"},
        },
        pageDocument: {
            documentElement,
            body,
            location: {origin: "http://localhost"},
        },
        goToWebsite: ({path}) => expect.step(`go to ${path}`),
    });
    onRpc("/website/get_languages", () => [["en_US", "en", "English"]]);
    onRpc("/website/get_alt_images", () => "[]");
    onRpc("/website/get_seo_data", async (request) => {
        const {params} = await request.json();
        expect.step(`get ${params.res_model} ${params.res_id}`);
        return seoData[params.res_model];
    });
    onRpc("write", ({model, args, kwargs}) => {
        const what = "track" in args[1] ? `track=${args[1].track}` : "the rest";
        const website = kwargs.context.website_id;
        expect.step(`write ${model} ${args[0]} on ${website}: ${what}`);
        return true;
    });
    await mountWithCleanup(OptimizeSEODialog, {
        env: await makeDialogMockEnv(),
        noMainContainer: true,
        props: {close: () => expect.step("close")},
    });
}

const PAGE = {model: "website.page", id: 5};
const PRODUCT = {model: "product.template", id: 9};

const seoData = (values) => ({
    can_edit_seo: true,
    website_meta_title: "Title",
    website_meta_description: "Description",
    website_meta_keywords: "",
    website_meta_og_img: "",
    has_social_default_image: false,
    ...values,
});

test("a ticked page is saved on this website only, then the rest", async () => {
    await openDialog(PAGE, {
        "website.page": seoData({track: false, can_edit_track: true}),
    });
    expect(CHECKBOX).not.toBeChecked();
    expect(CHECKBOX).toBeEnabled();
    expect(".o_track_page").toHaveText("Track Page");
    expect(HELP).not.toHaveAttribute("data-tooltip", /shared by all pages/);
    await contains(CHECKBOX).click();
    expect(CHECKBOX).toBeChecked();
    await contains(".modal-footer .btn-primary").click();
    expect.verifySteps([
        "get website.page 5",
        "write website.page 5 on 3: track=true",
        "write website.page 5 on 3: the rest",
        "go to http://localhost/x",
        "close",
    ]);
});

test("a page whose flag did not change is not written", async () => {
    await openDialog(PAGE, {
        "website.page": seoData({track: true, can_edit_track: true}),
    });
    expect(CHECKBOX).toBeChecked();
    await contains(CHECKBOX).click();
    expect(CHECKBOX).not.toBeChecked();
    await contains(CHECKBOX).click();
    await contains(".modal-footer .btn-primary").click();
    expect.verifySteps([
        "get website.page 5",
        "write website.page 5 on 3: the rest",
        "go to http://localhost/x",
        "close",
    ]);
});

test("a product is tracked by the view that shows it", async () => {
    await openDialog(PRODUCT, {
        "product.template": seoData(),
        "ir.ui.view": seoData({track: true, can_edit_track: true}),
    });
    expect(HELP).toHaveAttribute("data-tooltip", /shared by all pages/);
    expect(CHECKBOX).toBeChecked();
    await contains(CHECKBOX).click();
    await contains(".modal-footer .btn-primary").click();
    expect.verifySteps(
        [
            "get product.template 9",
            "get ir.ui.view 7",
            "write ir.ui.view 7 on 3: track=false",
            "write product.template 9 on 3: the rest",
            "go to http://localhost/x",
            "close",
        ],
        {ignoreOrder: true}
    );
});

test("the switch is saved even if the record itself is read-only", async () => {
    await openDialog(PRODUCT, {
        "product.template": seoData({can_edit_seo: false}),
        "ir.ui.view": seoData({track: false, can_edit_track: true}),
    });
    await contains(CHECKBOX).click();
    await contains(".modal-footer .btn-primary").click();
    expect.verifySteps(
        [
            "get product.template 9",
            "get ir.ui.view 7",
            "write ir.ui.view 7 on 3: track=true",
            "go to http://localhost/x",
            "close",
        ],
        {ignoreOrder: true}
    );
});

test("the switch is read-only, and says why, without the right", async () => {
    await openDialog(PRODUCT, {
        "product.template": seoData(),
        "ir.ui.view": seoData({track: true, can_edit_track: false}),
    });
    expect(CHECKBOX).toBeChecked();
    expect(CHECKBOX).not.toBeEnabled();
    expect(".o_track_page").toHaveAttribute(
        "title",
        "Only those who may edit the design of this page can change this."
    );
    await contains(".modal-footer .btn-primary").click();
    expect.verifySteps(
        [
            "get product.template 9",
            "get ir.ui.view 7",
            "write product.template 9 on 3: the rest",
            "go to http://localhost/x",
            "close",
        ],
        {ignoreOrder: true}
    );
});

test("without any right there is nothing to tick and nothing to save", async () => {
    await openDialog(PAGE, {
        "website.page": seoData({
            track: false,
            can_edit_seo: false,
            can_edit_track: false,
        }),
    });
    expect(".modal-footer").toHaveCount(0);
    await click(".o_track_page label");
    await animationFrame();
    expect(CHECKBOX).not.toBeChecked();
    expect.verifySteps(["get website.page 5"]);
});

test("what cannot be tracked has no switch", async () => {
    await openDialog(PAGE, {"website.page": seoData()});
    expect(".modal-footer").toHaveCount(1);
    expect(".o_track_page").toHaveCount(0);
    expect.verifySteps(["get website.page 5"]);
});

/**
 * Open Page Properties on `mainObject`, shown by the view 7.
 *
 * @param {object} mainObject model and id of the record of the page
 */
async function openPageProperties(mainObject) {
    const {documentElement} = document.implementation.createHTMLDocument();
    documentElement.dataset.viewid = "7";
    const menu = registry
        .category("website_custom_menus")
        .get("website.menu_page_properties");
    const props = await menu.getProps({
        orm: {
            call: async (model, method) => {
                expect.step(`${method} ${model}`);
                return 21;
            },
            write: async (model, ids, values) =>
                expect.step(`write ${model} ${ids}: ${JSON.stringify(values)}`),
        },
        website: {
            currentLocation: "/x",
            currentWebsite: {id: 3, metadata: {mainObject, path: "/x"}},
            pageDocument: {documentElement},
        },
    });
    expect(props.resId).toBe(21);
}

test("Page Properties of a product know the view that shows it", async () => {
    await openPageProperties(PRODUCT);
    expect.verifySteps([
        "create website.page.properties.base",
        'write website.page.properties.base 21: {"track_view_id":7}',
    ]);
});

test("Page Properties of a page or a view need no other view", async () => {
    await openPageProperties(PAGE);
    await openPageProperties({model: "ir.ui.view", id: 8});
    expect.verifySteps([
        "create website.page.properties",
        "create website.page.properties.base",
    ]);
});
