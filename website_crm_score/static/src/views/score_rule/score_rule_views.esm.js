import {FormController} from "@web/views/form/form_controller";
import {ListController} from "@web/views/list/list_controller";
import {_t} from "@web/core/l10n/translation";
import {describeLoss} from "../../fields/score_switch/score_switch_field.esm";
import {formView} from "@web/views/form/form_view";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";

/** Says how many leads lose their points before a rule is archived. */
export class ScoreRuleFormController extends FormController {
    get archiveDialogProps() {
        const props = super.archiveDialogProps;
        return {...props, body: describeLoss(this.model.root.data) || props.body};
    }
}

/** Says how many points are lost before rules are archived. */
export class ScoreRuleListController extends ListController {
    get archiveDialogProps() {
        const rules = this.model.root.selection.map((record) => record.data);
        const count = rules.reduce(
            (sum, rule) => sum + (rule.lead_count || 0) + (rule.partner_count || 0),
            0
        );
        const props = super.archiveDialogProps;
        return count
            ? {...props, body: _t("Reasons that no longer count at once: %s", count)}
            : props;
    }
}

const views = registry.category("views");
views.add("score_rule_form", {...formView, Controller: ScoreRuleFormController});
views.add("score_rule_list", {...listView, Controller: ScoreRuleListController});
