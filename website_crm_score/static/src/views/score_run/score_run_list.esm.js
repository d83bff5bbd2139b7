import {deserializeDateTime, toLocaleDateTimeString} from "@web/core/l10n/dates";
import {ListController} from "@web/views/list/list_controller";
import {_t} from "@web/core/l10n/translation";
import {listView} from "@web/views/list/list_view";
import {onWillStart} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** Says beside the button that has the rules run when they run by themselves. */
export class ScoreRunListController extends ListController {
    setup() {
        super.setup();
        const orm = useService("orm");
        onWillStart(async () => {
            const date = await orm.call(this.props.resModel, "get_next_run", []);
            this.nextRun = this.describeNextRun(date && deserializeDateTime(date));
        });
    }

    describeNextRun(date) {
        if (!date) {
            return _t("No run is planned");
        }
        return date.diffNow().toMillis() > 0
            ? _t("Next run: %s", toLocaleDateTimeString(date))
            : _t("Next run: within a minute");
    }
}

registry.category("views").add("score_run_list", {
    ...listView,
    Controller: ScoreRunListController,
    buttonTemplate: "website_crm_score.ScoreRunList.Buttons",
});
