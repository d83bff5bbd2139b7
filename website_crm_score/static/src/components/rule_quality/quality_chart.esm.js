import {Component, onWillStart, useEffect, useRef} from "@odoo/owl";
import {getColor, getCustomColor} from "@web/core/colors/colors";
import {cookie} from "@web/core/browser/cookie";
import {loadBundle} from "@web/core/assets";

const SCHEME = cookie.get("color_scheme");
const TEXT_COLOR = getCustomColor(SCHEME, "#111827", "#E4E4E4");
const GRID_COLOR = getCustomColor(SCHEME, "rgba(0,0,0,.1)", "rgba(255,255,255,.15)");
const COLORS = {
    ours: getColor(0, SCHEME, "odoo"),
    core: getColor(1, SCHEME, "odoo"),
    chance: getCustomColor(SCHEME, "#6c757d", "#adb5bd"),
};

/** Bars or lines of several scores, drawn as those of core's graphs are. */
export class QualityChart extends Component {
    static template = "website_crm_score.QualityChart";
    static props = {
        type: {type: String, validate: (type) => ["bar", "line"].includes(type)},
        labels: Array,
        // Each with `who` (ours, core, chance), `label`, `data` and `notes`
        series: Array,
        format: Function,
        // What who does not see the chart is told
        description: String,
        min: {type: Number, optional: true},
        max: {type: Number, optional: true},
    };

    setup() {
        this.canvasRef = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(() => {
            const chart = new window.Chart(this.canvasRef.el, this.getConfig());
            return () => chart.destroy();
        });
    }

    getConfig() {
        const {type, labels, series} = this.props;
        return {
            type,
            data: {labels, datasets: series.map((one) => this.getDataset(one))},
            options: {
                maintainAspectRatio: false,
                animation: false,
                interaction: {mode: "index", intersect: false},
                plugins: {
                    legend: {position: "bottom", labels: this.getLegendLabels()},
                    tooltip: {callbacks: {label: (item) => this.describe(item)}},
                },
                scales: this.getScales(),
            },
        };
    }

    getLegendLabels() {
        return {
            color: TEXT_COLOR,
            boxWidth: 20,
            sort: (one, other) => one.datasetIndex - other.datasetIndex,
        };
    }

    getScales() {
        const {format, min, max} = this.props;
        return {
            x: {ticks: {color: TEXT_COLOR}, grid: {display: false}},
            y: {
                suggestedMin: min,
                suggestedMax: max,
                ticks: {color: TEXT_COLOR, callback: (value) => format(value)},
                grid: {color: GRID_COLOR},
                border: {display: false},
            },
        };
    }

    getDataset({who, label, data}) {
        const color = COLORS[who];
        const dataset = {label, data, backgroundColor: color, borderColor: color};
        if (who === "chance") {
            const line = {type: "line", borderDash: [6, 4], borderWidth: 2};
            const empty = {backgroundColor: "transparent", pointRadius: 0};
            return {...dataset, ...line, ...empty, order: -1};
        }
        return this.props.type === "bar"
            ? {...dataset, borderRadius: 4}
            : {...dataset, borderWidth: 2, pointRadius: 4, tension: 0, spanGaps: true};
    }

    describe({datasetIndex, dataIndex, dataset, parsed}) {
        const notes = this.props.series[datasetIndex].notes || [];
        const note = notes[dataIndex] ? ` (${notes[dataIndex]})` : "";
        return `${dataset.label}: ${this.props.format(parsed.y)}${note}`;
    }
}
