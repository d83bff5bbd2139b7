import {formatInteger, formatPercentage} from "@web/views/fields/formatters";
import {ListController} from "@web/views/list/list_controller";
import {_t} from "@web/core/l10n/translation";
import {listView} from "@web/views/list/list_view";
import {onWillStart} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** Says above the visits that were not counted how many of all visits these are. */
export class UncountedHitListController extends ListController {
    setup() {
        super.setup();
        const orm = useService("orm");
        onWillStart(async () => {
            const share = await orm.call(this.props.resModel, "get_share", []);
            this.share = this.describeShare(share);
        });
    }

    describeShare({uncounted, visits, days}) {
        if (!visits) {
            return _t("No page visits in %s days", days);
        }
        return _t("%(share)s of %(visits)s page visits in %(days)s days", {
            share: formatPercentage(uncounted / visits, {digits: [16, 1]}),
            visits: formatInteger(visits),
            days,
        });
    }
}

registry.category("views").add("uncounted_hit_list", {
    ...listView,
    Controller: UncountedHitListController,
    buttonTemplate: "website_crm_score.UncountedHitList.Buttons",
});
