import {FormController} from "@web/views/form/form_controller";
import {FirstSteps} from "../../components/first_steps/first_steps.esm";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {ListController} from "@web/views/list/list_controller";
import {ListRenderer} from "@web/views/list/list_renderer";
import {_t} from "@web/core/l10n/translation";
import {describeLoss} from "../../fields/score_switch/score_switch_field.esm";
import {formView} from "@web/views/form/form_view";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";

/** Says how many leads lose their points before a rule is archived. */
export class ScoreRuleFormController extends FormController {
    get archiveDialogProps() {
        const props = super.archiveDialogProps;
        return {...props, body: describeLoss(this.model.root.data) || props.body};
    }
}

/**
 * Say how many points are lost where the chosen rules are archived.
 *
 * @param {object} props of core's dialog
 * @param {object[]} records the chosen rules
 * @returns {object} the props
 */
function addLosses(props, records) {
    const count = records.reduce(
        (sum, {data}) => sum + (data.lead_count || 0) + (data.partner_count || 0),
        0
    );
    return count
        ? {...props, body: _t("Reasons that no longer count at once: %s", count)}
        : props;
}

/** Says how many points are lost before rules are archived. */
export class ScoreRuleListController extends ListController {
    get archiveDialogProps() {
        return addLosses(super.archiveDialogProps, this.model.root.selection);
    }
}

/** Says the same of cards. */
export class ScoreRuleKanbanController extends KanbanController {
    get archiveDialogProps() {
        return addLosses(super.archiveDialogProps, this.model.root.selection);
    }
}

/** Has the first steps above the rules, where they are not done yet. */
export class ScoreRuleListRenderer extends ListRenderer {
    static template = "website_crm_score.ScoreRuleListRenderer";
    static components = {...ListRenderer.components, FirstSteps};
}

/** Has the first steps above the cards of rules, where they are not done yet. */
export class ScoreRuleKanbanRenderer extends KanbanRenderer {
    static template = "website_crm_score.ScoreRuleKanbanRenderer";
    static components = {...KanbanRenderer.components, FirstSteps};
}

const views = registry.category("views");
views.add("score_rule_form", {...formView, Controller: ScoreRuleFormController});
views.add("score_rule_list", {
    ...listView,
    Controller: ScoreRuleListController,
    Renderer: ScoreRuleListRenderer,
});
views.add("score_rule_kanban", {
    ...kanbanView,
    Controller: ScoreRuleKanbanController,
    Renderer: ScoreRuleKanbanRenderer,
});
