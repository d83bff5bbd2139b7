import {
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import {expect, queryOne, test} from "@odoo/hoot";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {
    placeMinimums,
    placeNames,
} from "@website_crm_score/views/score_report/minimums.esm";

preloadBundle("web.assets_backend_lazy");

class Band extends models.Model {
    _name = "website.crm.score.band";
    name = fields.Char();
    _records = [
        {id: 1001, name: "0 – 9"},
        {id: 1003, name: "20 – 29 · Europe from 25"},
    ];
}

class Report extends models.Model {
    _name = "website.crm.score.report";
    band_id = fields.Many2one({relation: "website.crm.score.band"});
    won_status = fields.Selection({
        selection: [
            ["won", "Won"],
            ["lost", "Lost"],
        ],
    });
    _records = [
        {id: 1, band_id: 1001, won_status: "lost"},
        {id: 2, band_id: 1003, won_status: "won"},
    ];
}

defineMailModels();
defineModels([Band, Report]);

async function mountGraph(groups, attributes = "") {
    onRpc("website.crm.score.band", "get_minimums", () => [
        {name: "Europe from 25", band_id: 1003, share: 0.5},
    ]);
    await mountView({
        type: "graph",
        resModel: "website.crm.score.report",
        arch: `<graph js_class="score_report_graph" ${attributes}>${groups}</graph>`,
    });
    return window.Chart.getChart(queryOne("canvas"));
}

test("a minimum is within its band, or between those that are there", () => {
    const place = (band_id, share) =>
        placeMinimums([{band_id, share}], [1001, 1003, 1004])[0].place;
    expect(place(1003, 0.25)).toBe(0.75);
    expect(place(1003, 0)).toBe(0.5);
    // There are no leads in its own
    expect(place(1002, 0.9)).toBe(0.5);
    expect(place(900, 0.9)).toBe(-0.5);
    expect(place(2000, 0.9)).toBe(2.5);
});

const AREA = {left: 0, right: 100};

/** Where these names are, of texts of one pixel a letter: start, width and row. */
function writeNames(...lines) {
    const names = lines.map(([x, length]) => ({name: "n".repeat(length), x}));
    return placeNames(names, AREA, (text) => text.length).map(({start, width, row}) => [
        start,
        width,
        row,
    ]);
}

test("names of minimums that are near are in rows, others beside each other", () => {
    expect(writeNames([10, 30], [12, 20], [14, 20], [60, 20])).toEqual([
        [16, 30, 0],
        [18, 20, 1],
        [20, 20, 2],
        [66, 20, 0],
    ]);
});

test("names are left of their lines, or shifted, where there is no room", () => {
    expect(writeNames([90, 30])).toEqual([[54, 30, 0]]);
    expect(writeNames([50, 70])).toEqual([[30, 70, 0]]);
});

test("of a name that is too long, the end with the score is there", () => {
    const [{text}] = placeNames(
        [{name: `${"n".repeat(200)} from 5`, x: 50}],
        AREA,
        (name) => name.length
    );
    expect(text).toMatch(/^…n+ from 5$/);
    expect(text).toHaveLength(100);
});

test("minimums are drawn into a graph by bands, and named beside their lines", async () => {
    const chart = await mountGraph(`<field name="band_id"/><field name="won_status"/>`);
    const {config, scales} = chart;
    expect(config.plugins.map(({id}) => id)).toEqual(["minimums"]);
    expect(scales.x.ticks.map(({label}) => label)).toEqual(["0 – 9", "20 – 29"]);
});

for (const attributes of ['type="pie"', 'order="ASC"']) {
    test(`a graph that is no axis of bands has no minimums: ${attributes}`, async () => {
        const chart = await mountGraph('<field name="band_id"/>', attributes);
        expect((chart.config.plugins || []).map(({id}) => id)).not.toInclude(
            "minimums"
        );
    });
}

test("a graph by something else has no minimums", async () => {
    const chart = await mountGraph(`<field name="won_status"/>`);
    expect(chart.config.plugins || []).toHaveLength(0);
});
