import {Component, xml} from "@odoo/owl";
import {ScoreChange} from "../score_card/score_change.esm";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** How much a score rose or fell, in a column. */
export class ScoreChangeField extends Component {
    static template = xml`<ScoreChange t-if="change" change="change" />`;
    static components = {ScoreChange};
    static props = {...standardFieldProps};

    get change() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("score_change", {
    component: ScoreChangeField,
    displayName: _t("Change of a Score"),
    supportedTypes: ["float"],
});
