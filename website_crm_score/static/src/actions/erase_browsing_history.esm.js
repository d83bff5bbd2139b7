import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** Asks before the browsing history of leads or contacts is erased: it is for good. */
export function eraseBrowsingHistory(env, {params}) {
    env.services.dialog.add(ConfirmationDialog, {
        title: _t("Erase Browsing History"),
        body: _t("What they saw on the website is forgotten for good."),
        confirmLabel: _t("Erase Browsing History"),
        confirm: async () => {
            await env.services.orm.call(params.model, "action_erase_browsing_history", [
                params.ids,
            ]);
            await env.services.action.doAction("soft_reload");
        },
        cancel: () => {
            // With it, there is a button to cancel
        },
    });
}

registry
    .category("actions")
    .add("website_crm_score.erase_browsing_history", eraseBrowsingHistory);
