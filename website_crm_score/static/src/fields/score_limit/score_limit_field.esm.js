import {floatField} from "@web/views/fields/float/float_field";
import {integerField} from "@web/views/fields/integer/integer_field";
import {registry} from "@web/core/registry";

/**
 * A number of which 0 means that there is no limit: it is left empty, and the
 * placeholder says so.
 */
const Limit = (NumberField) =>
    class extends NumberField {
        static template = "website_crm_score.ScoreLimitField";
        static props = {
            ...NumberField.props,
            placeholder: {type: String, optional: true},
        };

        get formattedValue() {
            return this.value ? super.formattedValue : "";
        }
    };

const limit = (numberField) => ({
    ...numberField,
    component: Limit(numberField.component),
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...numberField.extractProps(fieldInfo, dynamicInfo),
        placeholder: fieldInfo.placeholder || fieldInfo.attrs.placeholder,
    }),
});

registry.category("fields").add("score_limit_integer", limit(integerField));
registry.category("fields").add("score_limit_float", limit(floatField));
