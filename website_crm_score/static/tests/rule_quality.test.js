import {Deferred, animationFrame, expect, queryOne, test} from "@odoo/hoot";
import {
    contains,
    getService,
    mountWebClient,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

defineMailModels();
preloadBundle("web.chartjs_lib");

const TOTAL = {
    won: 60,
    lost: 140,
    auc: 0.781,
    auc_low: 0.712,
    auc_high: 0.85,
    fifths: [0.05, 0.1, 0.2, 0.3, 0.85],
    best_share: 0.567,
};
const QUALITY = {
    since: "2019-01-01",
    won: 60,
    lost: 140,
    least: 50,
    total: TOTAL,
    periods: [
        {first: "2019-01-01", last: "2019-01-01", total: {...TOTAL, auc: 0.8}},
        {first: "2019-02-01", last: "2019-03-01", total: {...TOTAL, auc: 0.75}},
    ],
};
const CORE = {...TOTAL, auc: 0.65, fifths: [0.2, 0.2, 0.3, 0.3, 0.5], best_share: 0.33};
const PREDICTIVE = {
    since: "2019-01-01",
    total: CORE,
    ours: TOTAL,
    periods: [
        {first: "2019-01-01", last: "2019-01-01", total: false},
        {first: "2019-02-01", last: "2019-03-01", total: CORE},
    ],
};
const MODEL = "website.crm.score.ranking";

async function openPage(quality = QUALITY, predictive = PREDICTIVE) {
    onRpc(MODEL, "get_quality", ({args}) => {
        expect.step(`quality of ${args[0]} months`);
        return quality;
    });
    onRpc(MODEL, "get_predictive_quality", () => {
        expect.step("predictive");
        return predictive;
    });
    await mountWebClient();
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "website_crm_score.rule_quality",
        name: "How Good Are My Rules",
    });
    await animationFrame();
    const asked = ["quality of 12 months", "predictive"];
    expect.verifySteps(quality.total ? asked : asked.slice(0, 1));
}

const figure = (name) => `.o_score_quality_figure[data-name=${name}]`;
const getChart = (place) =>
    window.Chart.getChart(queryOne(`.o_score_quality_chart:eq(${place}) canvas`));

test("figures are beside those of predictive scoring and of chance", async () => {
    await openPage();
    expect(".o_score_quality_headline").toHaveText(
        "The best fifth of the leads holds 57% of all wins; by chance it would be 20%."
    );
    expect(`${figure("auc")} .o_score_quality_value`).toHaveText("0.78");
    expect(`${figure("auc")} .o_score_quality_core`).toHaveText("0.65");
    expect(`${figure("best_share")} .o_score_quality_core`).toHaveText("33%");
    expect(`${figure("win_rate")} .o_score_quality_value`).toHaveText("85%");
    expect(figure("win_rate")).toHaveText(/Chance\s*30%/);
});

test("the figures of the scores do not wait for predictive scoring", async () => {
    const deferred = new Deferred();
    await openPage(QUALITY, deferred);
    expect(`${figure("auc")} .o_score_quality_value`).toHaveText("0.78");
    expect(`${figure("auc")} .o_score_quality_core .fa-spin`).toHaveCount(1);
    expect(getChart(0).data.datasets).toHaveLength(2);
    deferred.resolve(PREDICTIVE);
    await animationFrame();
    await animationFrame();
    expect(`${figure("auc")} .o_score_quality_core`).toHaveText("0.65");
    expect(getChart(0).data.datasets).toHaveLength(3);
});

test("fifths and months are drawn, and told to who does not see them", async () => {
    await openPage();
    expect(getChart(0).data.datasets.map(({data}) => data)).toEqual([
        TOTAL.fifths,
        CORE.fifths,
        [0.3, 0.3, 0.3, 0.3, 0.3],
    ]);
    // Chance is a line, whatever the others are.
    expect(getChart(0).data.datasets.map(({type}) => type)).toEqual([
        undefined,
        undefined,
        "line",
    ]);
    expect(getChart(1).data.labels).toEqual(["Jan 2019", "Feb 2019 – Mar 2019"]);
    expect(getChart(1).data.datasets.map(({data}) => data)).toEqual([
        [0.8, 0.75],
        [null, 0.65],
        [0.5, 0.5],
    ]);
    expect(getChart(1).data.datasets[0].spanGaps).toBe(true);
    const {label} = getChart(1).options.plugins.tooltip.callbacks;
    const dataset = {label: "Score"};
    const item = {datasetIndex: 0, dataIndex: 0, dataset, parsed: {y: 0.8}};
    expect(label(item)).toBe("Score: 0.80 (60 won, 140 lost)");
    expect(".o_score_quality_chart canvas:eq(1)").toHaveAttribute(
        "aria-label",
        "Ranking by month: Jan 2019 0.80, Feb 2019 – Mar 2019 0.75"
    );
});

test("what predictive scoring could not learn from is said", async () => {
    await openPage(QUALITY, {...PREDICTIVE, total: false, periods: []});
    expect(`${figure("auc")} .o_score_quality_core`).toHaveText("–");
    expect(".o_score_quality_note").toHaveText(/cannot be compared/);
});

test("what predictive scoring was compared on is said, if not on all", async () => {
    const since = "2019-02-01";
    await openPage(QUALITY, {
        ...PREDICTIVE,
        since,
        total: {...CORE, won: 30, lost: 50},
        periods: [{first: since, last: since, total: false}],
    });
    expect(".o_score_quality_note").toHaveText(
        /of the 80 leads closed since Feb 2019.*the ranking of the score is 0\.78/
    );
    // In no month it ranked enough leads.
    expect(getChart(1).data.datasets).toHaveLength(2);
});

test("figures of another time are not beside those of the one before", async () => {
    await openPage();
    onRpc(MODEL, "get_predictive_quality", () => new Deferred());
    await contains(".o_score_quality_period").click();
    expect(".o-dropdown-item.selected").toHaveText("Last 12 Months");
    await contains(".o-dropdown-item:contains(Last 3 Months)").click();
    expect.verifySteps(["quality of 3 months"]);
    expect(`${figure("auc")} .o_score_quality_core .fa-spin`).toHaveCount(1);
});

test("scores that are no better than chance are said to be so", async () => {
    await openPage({...QUALITY, total: {...TOTAL, auc_low: 0.48}});
    expect(".o_score_quality").toHaveText(/do not surely tell won from lost/);
});

test("few closed leads are said to be few, and nothing is drawn", async () => {
    await openPage({...QUALITY, won: 3, total: false, periods: []});
    expect(".o_score_quality_few").toHaveText(
        "Too Few Closed Leads\n3 won and 140 lost leads are too few: at least 50 of both are needed. What fewer have in common is chance."
    );
    expect("canvas").toHaveCount(0);
});

test("another time can be chosen; of none it is said that there is none", async () => {
    await openPage({...QUALITY, won: 0, lost: 0, total: false, periods: []});
    expect(".o_view_nocontent").toHaveText(/No scored lead was closed/);
    await contains(".o_score_quality_period").click();
    await contains(".o-dropdown-item:contains(Last 24 Months)").click();
    expect.verifySteps(["quality of 24 months"]);
    expect(".o_score_quality_period").toHaveText("Last 24 Months");
});
