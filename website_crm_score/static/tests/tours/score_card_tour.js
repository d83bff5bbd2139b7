import {goBack} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const badge = ".o_kanban_record:contains(Hot desks) .o_score_badge";
const reasons =
    ":has(.o_score_reason:count(3)):contains(Saw the prices):contains(2 times):contains(1 more reason)";

function checkWidth(selector) {
    return {
        content: `Nothing of ${selector} is cut off`,
        trigger: selector,
        run() {
            const {scrollWidth, clientWidth} = this.anchor;
            if (scrollWidth > clientWidth) {
                throw new Error(`${scrollWidth} px do not fit into ${clientWidth}`);
            }
        },
    };
}

function openScoreTab(place = ".o_form_view") {
    return [
        {
            content: "Open the Score tab",
            trigger: ".o_notebook a[name=score]",
            run: "click",
        },
        {
            content: "It says what the score is made of",
            trigger: `${place} .o_score_card:has(.o_score_card_engagement):has(.o_score_card_fit)`,
        },
    ];
}

tours.add("website_crm_score.salesperson_sees_why", {
    steps: () => [
        {
            content: "The best lead is on top",
            trigger: ".o_kanban_group:first .o_kanban_record:first:contains(Hot desks)",
        },
        {
            content: "Rest on the badge",
            trigger: `${badge}:has(.o_score_grade)`,
            run: "hover",
        },
        {
            content: "The strongest reasons are shown",
            trigger: `.o_popover .o_score_card${reasons}`,
        },
        {
            content: "Go away",
            trigger: ".o_searchview_input",
            run: "hover",
        },
        {
            content: "They are gone",
            trigger: "body:not(:has(.o_popover))",
        },
        {
            content: "Click on the badge",
            trigger: badge,
            run: "click",
        },
        {
            content: "Open what a reason rests on",
            trigger: ".o_popover .o_score_reason_name:contains(Saw the prices)",
            run: "click",
        },
        {
            content: "It is the pages that were seen",
            trigger: ".o_last_breadcrumb_item:contains(Page Views)",
        },
        {
            content: "These of the rule alone",
            trigger: ".o_list_view:has(.o_data_row:count(1)):contains(prices)",
        },
        goBack("Pipeline"),
        {
            content: "Open the lead",
            trigger: ".o_kanban_record:contains(Hot desks)",
            run: "click",
        },
        ...openScoreTab(),
        {
            content: "The rule of a reason can be read",
            trigger: ".o_score_reason_name:contains(Has a name)",
            run: "click",
        },
        {
            content: "It is shown",
            trigger: ".o_last_breadcrumb_item:contains(Has a name)",
        },
    ],
});

tours.add("website_crm_score.salesperson_sees_why_of_contact", {
    steps: () => openScoreTab(".o_form_view:contains(Ann of the tour)"),
});

tours.add("website_crm_score.salesperson_sees_why_on_phone", {
    steps: () => [
        {
            content: "Tap the badge",
            trigger: badge,
            run: "click",
        },
        {
            content: "The strongest reasons are shown",
            trigger: `.o_bottom_sheet .o_score_card${reasons}`,
        },
        checkWidth(".o_bottom_sheet .o_score_card"),
        {
            content: "Close them",
            trigger: ".o_bottom_sheet_backdrop",
            run: "click",
        },
        {
            content: "Open the lead",
            trigger:
                "body:not(:has(.o_bottom_sheet)) .o_kanban_record:contains(Hot desks)",
            run: "click",
        },
        ...openScoreTab(),
        checkWidth(".o_form_view .o_score_card"),
    ],
});

tours.add("website_crm_score.salesperson_sees_why_of_contact_on_phone", {
    steps: () => [
        ...openScoreTab(),
        {
            content: "The reason, its points and its date are shown",
            trigger:
                ".o_form_view .o_score_reason:contains(Is Ann):contains(+5):contains(since)",
        },
        checkWidth(".o_form_view .o_score_card"),
    ],
});
