import {deserializeDateTime, toLocaleDateTimeString} from "@web/core/l10n/dates";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {ListController} from "@web/views/list/list_controller";
import {_t} from "@web/core/l10n/translation";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {listView} from "@web/views/list/list_view";
import {onWillStart} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

function describeNextRun(date) {
    if (!date) {
        return _t("No run is planned");
    }
    return date.diffNow().toMillis() > 0
        ? _t("Next run: %s", toLocaleDateTimeString(date))
        : _t("Next run: within a minute");
}

/** Have a controller know when the rules run by themselves. */
function withNextRun(Controller) {
    return class extends Controller {
        setup() {
            super.setup();
            const orm = useService("orm");
            onWillStart(async () => {
                const date = await orm.call(this.props.resModel, "get_next_run", []);
                this.nextRun = describeNextRun(date && deserializeDateTime(date));
            });
        }
    };
}

const buttonTemplate = "website_crm_score.ScoreRun.Buttons";
const views = registry.category("views");
views.add("score_run_list", {
    ...listView,
    Controller: withNextRun(ListController),
    buttonTemplate,
});
views.add("score_run_kanban", {
    ...kanbanView,
    Controller: withNextRun(KanbanController),
    buttonTemplate,
});
