import {
    animationFrame,
    expect,
    hover,
    press,
    queryAllTexts,
    runAllTimers,
    test,
} from "@odoo/hoot";
import {
    contains,
    defineModels,
    fields,
    makeMockEnv,
    mockService,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {
    formatChange,
    formatPoints,
} from "@website_crm_score/components/score_card/points.esm";
import {ScoreCard} from "@website_crm_score/components/score_card/score_card.esm";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {drawSteps} from "@website_crm_score/components/score_card/score_sparkline.esm";

const REASONS = [
    {
        rule_id: 1,
        name: "Saw the prices",
        category: "engagement",
        points: 40,
        times: 2,
        since: "2019-02-20 12:00:00",
        last: "2019-03-02 12:00:00",
        until: "2019-04-01 12:00:00",
        is_fading: false,
        opens: true,
    },
    {
        rule_id: 2,
        name: "Comes from afar",
        category: "fit",
        points: -2.5,
        times: 1,
        since: "2018-11-05 12:00:00",
        last: "2018-11-05 12:00:00",
        until: false,
        is_fading: false,
        opens: false,
    },
];

const CARD = {
    score: 37.5,
    grade: "C2",
    fit: -2.5,
    fit_max: 0,
    fit_points: -2.5,
    engagement: 40,
    engagement_max: 50,
    engagement_points: 40,
    week_change: 20,
    minimum: false,
    next_grades: [],
    history: [],
    reasons: REASONS,
    reason_count: 2,
};

class Lead extends models.Model {
    _name = "crm.lead";

    name = fields.Char();
    score = fields.Float();
    score_date = fields.Datetime();
    score_grade = fields.Selection({selection: [["A2", "A2"]]});
    score_week_change = fields.Float();

    _records = [
        {
            id: 1,
            name: "Ann",
            score: 75,
            score_grade: "A2",
            score_week_change: 40,
            score_date: "2019-03-02 12:00:00",
        },
        {id: 2, name: "New"},
    ];
}

defineMailModels();
defineModels([Lead]);

const LIST = `
    <list><field name="name"/><field name="score" widget="score_badge" sum="Sum"/></list>`;
const BADGE = "button.o_score_badge";
const POPOVER = ".o_popover .o_score_card";

function mountCard(card = {}, props = {}) {
    return mountWithCleanup(ScoreCard, {
        props: {
            ...props,
            card: {...CARD, ...card},
            onOpenReason: (reason) => expect.step(`open ${reason.name}`),
        },
    });
}

function answerCards() {
    onRpc("get_score_card", ({args, kwargs}) => {
        expect.step(`card of ${args[0]}, ${kwargs.limit} reasons`);
        return CARD;
    });
}

test("points are shown the same way everywhere", async () => {
    await makeMockEnv();
    expect([75, 2.5, 0, -3, 1234.25].map(formatPoints)).toEqual([
        "75",
        "2.5",
        "0",
        "-3",
        "1,234.25",
    ]);
    expect([40, -2.5, 0].map(formatChange)).toEqual(["+40", "-2.5", "0"]);
});

test("a score stays as it is until it changes", () => {
    expect(drawSteps([0, 5, 10], [0, 50, 100])).toBe("0,30 60,30 60,16 120,16 120,2");
    expect(drawSteps([0, 10], [5, 5])).toBe("0,30 120,30");
});

test("reasons are grouped, and say how often, since and until when", async () => {
    await mountCard();
    expect(".o_score_card_change .o_score_change").toHaveText("+20");
    expect(".o_score_card_engagement .o_score_card_total").toHaveText("40 / 50");
    expect(".o_score_card_fit .o_score_card_total").toHaveText("-2.5");
    expect(".o_score_card_engagement .o_score_reason").toHaveCount(1);
    expect(".o_score_card_engagement .o_score_reason_details").toHaveText(
        "2 times · Feb 20 – Mar 2 · expires on Apr 1"
    );
    expect(".o_score_card_engagement .o_score_reason_points").toHaveText("+40");
    expect(".o_score_card_fit .o_score_reason_details").toHaveText("since Nov 5, 2018");
    expect(".o_score_card_fit .o_score_reason_points").toHaveText("-2.5");
    expect(".o_score_card_fit .o_score_reason_points").toHaveClass("text-danger");
    expect(".o_score_card_limit").toHaveCount(0);
    expect(".o_score_card_hidden").toHaveCount(0);
    expect(".o_score_card_change .oi").toHaveClass("oi-arrow-up-right");
    expect(".o_score_grade").toHaveClass("text-bg-300");
});

test("a score that fell has an arrow that says so", async () => {
    await mountCard({week_change: -20});
    expect(".o_score_card_change .o_score_change").toHaveText("-20");
    expect(".o_score_card_change .oi").toHaveClass("oi-arrow-down-right");
});

test("a part without reasons and reasons that are not shown are told", async () => {
    await mountCard({reasons: REASONS.slice(0, 1)});
    expect(".o_score_card_fit").toHaveText(/Nothing yet/);
    expect(".o_score_card_engagement").not.toHaveText(/Nothing yet/);
    expect(".o_score_card_hidden").toHaveText("1 more reason");
});

test("of more reasons that are not shown, it is told how many", async () => {
    await mountCard({reason_count: 4});
    expect(".o_score_card_hidden").toHaveText("2 more reasons");
});

test("what is just reached counts", async () => {
    await mountCard({
        engagement: 50,
        engagement_points: 50,
        minimum: {name: "Europe", points: 37.5},
    });
    expect(".o_score_card_limit").toHaveCount(0);
    expect(".o_score_card_goals li").toHaveText("Reaches the minimum of Europe: 37.5");
    expect(".o_score_card_goals .fa-check").toHaveCount(1);
});

test("columns and their sums have points as they are shown everywhere", async () => {
    await mountView({
        type: "list",
        resModel: "crm.lead",
        arch: `<list>
            <field name="score" widget="score_points" readonly="1" sum="Sum"/>
            <field name="score_week_change" widget="score_change" sum="Sum"/>
        </list>`,
    });
    const cells = (name) => queryAllTexts(`.o_data_row td[name=${name}]`);
    expect(cells("score")).toEqual(["75", "0"]);
    expect(cells("score_week_change")).toEqual(["+40", ""]);
    expect(queryAllTexts("tfoot .o_list_number")).toEqual(["75", "+40"]);
});

test("a sum of no change is left empty", async () => {
    Lead._records = [Lead._records[1]];
    await mountView({
        type: "list",
        resModel: "crm.lead",
        arch: `<list>
            <field name="score_week_change" widget="score_change" sum="Sum"/>
        </list>`,
    });
    expect("tfoot .o_list_number").toHaveText("");
});

test("a finger that passes over a badge asks for nothing", async () => {
    answerCards();
    await mountView({type: "list", resModel: "crm.lead", arch: LIST});
    const finger = new PointerEvent("pointerenter", {pointerType: "touch"});
    document.querySelector(BADGE).dispatchEvent(finger);
    await runAllTimers();
    expect.verifySteps([]);
});

test("reasons that add up to more than counts say so, in their group", async () => {
    await mountCard({engagement: 50, engagement_points: 55.5});
    expect(".o_score_card_limit").toHaveCount(1);
    expect(".o_score_card_engagement .o_score_card_limit").toHaveText(
        "55.5 points, 50 count"
    );
    expect(".o_score_card_engagement .o_score_card_total").toHaveText("50 / 50");
});

test("the strongest reasons alone say what does not count, too", async () => {
    await mountCard({engagement: 50, engagement_points: 55.5}, {isBrief: true});
    expect(".o_score_card_limit").toHaveText("Engagement: 55.5 points, 50 count");
});

test("a reason opens what it rests on, or nothing", async () => {
    await mountCard();
    expect("button.o_score_reason_name").toHaveCount(1);
    await contains("button.o_score_reason_name").click();
    expect.verifySteps(["open Saw the prices"]);
    expect("span.o_score_reason_name").toHaveText("Comes from afar");
});

test("goals say what the score is out of", async () => {
    await mountCard({
        minimum: {name: "Europe", points: 50},
        next_grades: [
            {category: "fit", grade: "B2", points: 22.5},
            {category: "engagement", grade: "C1", points: 10},
        ],
    });
    expect(".o_score_card_goals li").toHaveCount(3);
    expect(".o_score_card_goals li:eq(0)").toHaveText(
        "12.5 below the minimum of Europe: 50"
    );
    expect(".o_score_card_goals li:eq(1)").toHaveText(
        "22.5 more fit points make it B2"
    );
    expect(".o_score_card_goals li:eq(2)").toHaveText(
        "10 more engagement points make it C1"
    );
    expect(".fa-check").toHaveCount(0);
});

test("a minimum that is reached is ticked off", async () => {
    await mountCard({minimum: {name: "Europe", points: 30}});
    expect(".o_score_card_goals li").toHaveText("Reaches the minimum of Europe: 30");
    expect(".o_score_card_goals .fa-check").toHaveCount(1);
});

test("what is without reasons and grade says so", async () => {
    await mountCard({
        grade: false,
        week_change: 0,
        score: 0,
        reasons: [],
        reason_count: 0,
    });
    expect(".o_score_card").toHaveText("0\nNo scoring rule matches.");
});

test("the history is drawn, and told to who does not see it", async () => {
    await mountCard({
        history: [
            ["2019-02-20", 10],
            ["2019-03-01", 37.5],
        ],
    });
    expect(".o_score_sparkline polyline").toHaveCount(1);
    expect(".o_score_sparkline").toHaveAttribute(
        "aria-label",
        "Score since Feb 20: from 10 to 37.5"
    );
});

test("a badge has score, grade and change, and a name for screen readers", async () => {
    await mountView({type: "list", resModel: "crm.lead", arch: LIST});
    expect(BADGE).toHaveCount(1);
    expect(`${BADGE} .o_score_grade`).toHaveText("A2");
    expect(`${BADGE} .o_score_grade`).toHaveClass("text-bg-success");
    expect(`${BADGE} .o_score_badge_score`).toHaveText("75");
    expect(`${BADGE} .o_score_change`).toHaveText("+40");
    expect(BADGE).toHaveAttribute(
        "aria-label",
        "Score 75, grade A2, 40 more than a week ago"
    );
    expect("tfoot .o_list_number").toHaveText("75");
});

test("passing over a badge asks for nothing, resting on it shows the reasons", async () => {
    answerCards();
    await mountView({type: "list", resModel: "crm.lead", arch: LIST});
    await hover(BADGE);
    await hover("th[data-name=name]");
    await runAllTimers();
    expect.verifySteps([]);
    await hover(BADGE);
    await runAllTimers();
    await animationFrame();
    expect.verifySteps(["card of 1, 3 reasons"]);
    expect(POPOVER).toHaveCount(1);
    expect(`${POPOVER} .o_score_reason`).toHaveCount(2);
    // Into the popover, which stays, and away
    await hover(`${POPOVER} .o_score_reason`);
    await runAllTimers();
    expect(POPOVER).toHaveCount(1);
    await hover("th[data-name=name]");
    await runAllTimers();
    await animationFrame();
    expect(POPOVER).toHaveCount(0);
});

test("a click shows the reasons until the next one, and opens no record", async () => {
    answerCards();
    await mountView({
        type: "list",
        resModel: "crm.lead",
        arch: LIST,
        selectRecord: () => expect.step("record"),
    });
    await contains(BADGE).click();
    await animationFrame();
    expect(POPOVER).toHaveCount(1);
    expect.verifySteps(["card of 1, 3 reasons"]);
    await contains(BADGE).click();
    await animationFrame();
    expect(POPOVER).toHaveCount(0);
    expect.verifySteps([]);
});

test("the keyboard opens and closes the reasons", async () => {
    answerCards();
    await mountView({type: "list", resModel: "crm.lead", arch: LIST});
    const badge = document.querySelector(BADGE);
    badge.focus();
    await press("Enter");
    await animationFrame();
    await animationFrame();
    expect(POPOVER).toHaveCount(1);
    expect.verifySteps(["card of 1, 3 reasons"]);
    expect(".o_popover").toHaveAttribute("role", "dialog");
    expect(".o_popover").toHaveAttribute("aria-label", "Score");
    expect(BADGE).toHaveAttribute("aria-expanded", "true");
    expect("button.o_score_reason_name").toBeFocused();
    await press("Escape");
    await animationFrame();
    expect(POPOVER).toHaveCount(0);
    expect(BADGE).toBeFocused();
    expect(BADGE).toHaveAttribute("aria-expanded", "false");
    // The focus came back: that does not open them again.
    await runAllTimers();
    await animationFrame();
    expect(POPOVER).toHaveCount(0);
    expect.verifySteps([]);
});

test("who comes to a badge by keyboard sees the reasons, and stays there", async () => {
    answerCards();
    await mountView({type: "list", resModel: "crm.lead", arch: LIST});
    await press("Tab");
    document.querySelector(BADGE).focus({focusVisible: true});
    expect(POPOVER).toHaveCount(0);
    await runAllTimers();
    await animationFrame();
    expect.verifySteps(["card of 1, 3 reasons"]);
    expect(POPOVER).toHaveCount(1);
    expect(".o_popover").toHaveAttribute("role", "tooltip");
    expect(BADGE).toBeFocused();
    const {id} = document.querySelector(".o_popover .o_score_card_popover");
    expect(BADGE).toHaveAttribute("aria-describedby", id);
    await press("Escape");
    await animationFrame();
    expect(POPOVER).toHaveCount(0);
    expect(BADGE).toBeFocused();
    expect(BADGE).not.toHaveAttribute("aria-describedby");
});

test("who goes on by keyboard no longer sees the reasons", async () => {
    answerCards();
    await mountView({type: "list", resModel: "crm.lead", arch: LIST});
    const badge = document.querySelector(BADGE);
    badge.focus({focusVisible: true});
    await runAllTimers();
    await animationFrame();
    expect(POPOVER).toHaveCount(1);
    badge.blur();
    await runAllTimers();
    await animationFrame();
    expect(POPOVER).toHaveCount(0);
    expect.verifySteps(["card of 1, 3 reasons"]);
});

test("a reason in the popover opens what it rests on and closes it", async () => {
    answerCards();
    onRpc("action_open_score_reason", ({args}) => {
        expect.step(`open ${args}`);
        return {type: "ir.actions.act_window", res_model: "website.crm.pageview"};
    });
    mockService("action", {doAction: ({res_model}) => expect.step(`do ${res_model}`)});
    await mountView({type: "list", resModel: "crm.lead", arch: LIST});
    await contains(BADGE).click();
    await contains(`${POPOVER} button.o_score_reason_name`).click();
    await animationFrame();
    expect(POPOVER).toHaveCount(0);
    expect.verifySteps(["card of 1, 3 reasons", "open 1,1", "do website.crm.pageview"]);
});

test("a reason that rests on nothing any more opens nothing", async () => {
    answerCards();
    onRpc("action_open_score_reason", () => {
        expect.step("open");
        return false;
    });
    mockService("action", {doAction: () => expect.step("do")});
    await mountView({type: "list", resModel: "crm.lead", arch: LIST});
    await contains(BADGE).click();
    await contains(`${POPOVER} button.o_score_reason_name`).click();
    await animationFrame();
    expect.verifySteps(["card of 1, 3 reasons", "open"]);
});

test("a form has the whole card; what is not scored has none", async () => {
    answerCards();
    const arch = `<form><field name="name"/><widget name="score_card"/></form>`;
    await mountView({
        type: "form",
        resModel: "crm.lead",
        resIds: [1, 2],
        resId: 1,
        arch,
    });
    expect.verifySteps(["card of 1, undefined reasons"]);
    expect(".o_form_view .o_score_card").toHaveCount(1);
    await contains(".o_pager_next").click();
    expect(".o_form_view .o_score_card").toHaveCount(0);
    expect.verifySteps([]);
});
