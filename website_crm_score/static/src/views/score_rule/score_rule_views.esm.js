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
 * Return what the rules that are chosen did so far: also of those of other pages.
 *
 * @param {object} root of the list
 * @returns {Promise<object[]>} their data
 */
async function readChosen(root) {
    if (!root.isDomainSelected) {
        return root.selection.map(({data}) => data);
    }
    const ids = await root.getResIds(true);
    const {orm} = root.model;
    return orm.read(root.resModel, ids, ["lead_count", "partner_count"]);
}

/**
 * Says how many points are lost before rules are archived.
 *
 * @param {Function} Controller core's
 * @returns {Function} a controller
 */
const tellsLosses = (Controller) =>
    class extends Controller {
        getStaticActionMenuItems() {
            const items = super.getStaticActionMenuItems();
            items.archive.callback = () => this.archiveChosen();
            return items;
        }

        async archiveChosen() {
            const {root} = this.model;
            const props = {...this.archiveDialogProps};
            const count = (await readChosen(root)).reduce(
                (sum, rule) => sum + (rule.lead_count || 0) + (rule.partner_count || 0),
                0
            );
            if (count) {
                props.body = _t("Reasons that no longer count at once: %s", count);
            }
            root.toggleArchiveWithConfirmation(true, props);
        }
    };

export class ScoreRuleListController extends tellsLosses(ListController) {}

export class ScoreRuleKanbanController extends tellsLosses(KanbanController) {}

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
