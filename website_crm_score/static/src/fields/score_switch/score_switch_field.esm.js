import {
    ListBooleanToggleField,
    listBooleanToggleField,
} from "@web/views/fields/boolean_toggle/list_boolean_toggle_field";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/**
 * Say whose points a rule that is switched off takes back.
 *
 * @param {object} rule its data
 * @returns {string} nothing if they are nobody's
 */
export function describeLoss(rule) {
    const {apply_to, lead_count, partner_count} = rule;
    if (apply_to === "partner") {
        return partner_count
            ? _t(
                  "Contacts that lose the points of this rule at once: %s",
                  partner_count
              )
            : "";
    }
    return lead_count
        ? _t("Leads that lose the points of this rule at once: %s", lead_count)
        : "";
}

/** Switches a rule on and off; it asks before it takes points from anybody. */
export class ScoreSwitchField extends ListBooleanToggleField {
    setup() {
        super.setup();
        this.dialog = useService("dialog");
    }

    async onChange(newValue) {
        const {record, name} = this.props;
        const loss = newValue ? "" : describeLoss(record.data);
        const change = () => super.onChange(newValue);
        if (!loss) {
            await change();
            return;
        }
        this.state.value = newValue;
        this.dialog.add(ConfirmationDialog, {
            title: _t("Switch Off"),
            body: loss,
            confirmLabel: _t("Switch Off"),
            confirm: change,
            cancel: () => {
                this.state.value = record.data[name];
            },
        });
    }
}

registry.category("fields").add("list.score_switch", {
    ...listBooleanToggleField,
    component: ScoreSwitchField,
});
