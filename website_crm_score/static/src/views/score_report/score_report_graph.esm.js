import {drawMinimums, placeMinimums} from "./minimums.esm";
import {GraphRenderer} from "@web/views/graph/graph_renderer";
import {cookie} from "@web/core/browser/cookie";
import {getCustomColor} from "@web/core/colors/colors";
import {graphView} from "@web/views/graph/graph_view";
import {onWillStart} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

const COLOR = getCustomColor(cookie.get("color_scheme"), "#343a40", "#e9ecef");

/** A graph by bands of scores has the minimum scores of the teams drawn in. */
export class ScoreReportGraphRenderer extends GraphRenderer {
    setup() {
        super.setup();
        const orm = useService("orm");
        onWillStart(async () => {
            this.minimums = await orm.call(
                "website.crm.score.band",
                "get_minimums",
                []
            );
        });
    }

    get isByBand() {
        const {groupBy, mode, order} = this.model.metaData;
        return mode !== "pie" && !order && groupBy[0]?.fieldName === "band_id";
    }

    getChartConfig() {
        const config = super.getChartConfig();
        if (this.isByBand && this.minimums.length) {
            const minimums = placeMinimums(this.minimums, this.getBands());
            config.plugins = [...(config.plugins || []), drawMinimums(minimums, COLOR)];
        }
        return config;
    }

    /** The ids of the bands on the axis, which have leads. */
    getBands() {
        const {datasets, labels} = this.model.data;
        return labels.map((_label, place) => {
            const leaves = datasets.flatMap(({domains}) => domains[place]);
            return leaves.find((leaf) => leaf[0] === "band_id")[2];
        });
    }

    getScaleOptions() {
        const options = super.getScaleOptions();
        if (this.isByBand && this.minimums.length) {
            const {labels} = this.model.data;
            // The names of the minimums, which follow, are beside their lines.
            options.x.ticks.callback = (_value, place) => labels[place].split(" · ")[0];
            options.y.grace = `${12 + 6 * Math.min(this.minimums.length, 8)}%`;
        }
        return options;
    }
}

registry.category("views").add("score_report_graph", {
    ...graphView,
    Renderer: ScoreReportGraphRenderer,
});
