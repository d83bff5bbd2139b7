import {animationFrame, expect, test} from "@odoo/hoot";
import {
    contains,
    getService,
    mountWebClient,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

defineMailModels();

test("a browsing history is erased once that is confirmed", async () => {
    onRpc("action_erase_browsing_history", ({model, args}) => {
        expect.step([model, ...args]);
        return true;
    });
    await mountWebClient();
    const erase = async () => {
        await getService("action").doAction({
            type: "ir.actions.client",
            tag: "website_crm_score.erase_browsing_history",
            params: {model: "res.partner", ids: [1, 2]},
        });
        await animationFrame();
    };
    patchWithCleanup(getService("action"), {
        async doAction(action) {
            if (action === "soft_reload") {
                expect.step(action);
                return null;
            }
            return super.doAction(...arguments);
        },
    });
    await erase();
    await contains(".modal footer button:not(.btn-primary)").click();
    expect.verifySteps([]);
    await erase();
    await contains(".modal footer button.btn-primary").click();
    expect.verifySteps([["res.partner", [1, 2]], "soft_reload"]);
});
