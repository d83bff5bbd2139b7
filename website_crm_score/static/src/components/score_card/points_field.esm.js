import {FloatField, floatField} from "@web/views/fields/float/float_field";
import {formatPoints} from "./points.esm";
import {registry} from "@web/core/registry";

/** Points, as they are shown everywhere. */
export class ScorePointsField extends FloatField {
    get formattedValue() {
        return formatPoints(this.value);
    }
}

registry.category("fields").add("score_points", {
    ...floatField,
    component: ScorePointsField,
});
