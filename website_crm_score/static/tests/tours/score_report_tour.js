import {openReport} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("website_crm_score.score_report", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the CRM",
            trigger: ".o_app[data-menu-xmlid='crm.crm_menu_root']",
            run: "click",
        },
        ...openReport("Scores"),
        {
            content: "How the scores are distributed is drawn",
            trigger: ".o_graph_renderer canvas",
        },
        {
            content: "Open the pivot",
            trigger: ".o_switch_view.o_pivot",
            run: "click",
        },
        {
            content: "Bands have a win rate",
            trigger: ".o_pivot th:contains(Win Rate)",
        },
        {
            content: "There is the band of the tour's leads",
            trigger: ".o_pivot th:contains(20 – 29)",
        },
        ...openReport("Rules"),
        {
            content: "The rule's leads are too few to say anything",
            trigger: ".o_data_row:contains(Tour's rule):contains(Too few)",
        },
    ],
});

const figures = [
    {
        content: "How many wins are in the best fifth is said",
        trigger: ".o_score_quality_headline:contains(The best fifth of the leads)",
    },
    {
        content: "Of all pairs, the won lead is above the lost one",
        trigger:
            ".o_score_quality_figure[data-name=auc] .o_score_quality_value:contains(1.00)",
    },
    {
        content: "There was too little for predictive scoring to learn from",
        trigger: ".o_score_quality_note:contains(cannot be compared)",
    },
    {
        content: "Fifths and months are drawn",
        trigger: ".o_score_quality:has(canvas:eq(1))",
    },
];

registry.category("web_tour.tours").add("website_crm_score.rows_of_reports", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the CRM",
            trigger: ".o_app[data-menu-xmlid='crm.crm_menu_root']",
            run: "click",
        },
        ...openReport("Rules"),
        {
            content: "Open the rule",
            trigger: ".o_data_row td[name=rule_id]:contains(Tour's rule)",
            run: "click",
        },
        {
            content: "It is the rule's form",
            trigger: ".o_form_view .o_breadcrumb:contains(Tour's rule)",
        },
        {
            content: "Its win rate leads back to the report",
            trigger: "button[name=action_open_win_rate]",
            run: "click",
        },
        {
            content: "It is that of the rule alone",
            trigger:
                ".o_list_view:not(:has(.o_data_row:eq(1))) .o_data_row:contains(Tour's rule)",
        },
        ...openReport("Pages"),
        {
            content: "The page has figures: open who saw it",
            trigger: ".o_data_row:contains(/tour-page):contains(50) td[name=title]",
            run: "click",
        },
        {
            content: "These are the leads",
            trigger: ".o_breadcrumb:contains(/tour-page)",
        },
        {
            content: "All of them",
            trigger: ".o_data_row:contains(Tour's lead)",
        },
    ],
});

registry.category("web_tour.tours").add("website_crm_score.rule_quality", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the CRM",
            trigger: ".o_app[data-menu-xmlid='crm.crm_menu_root']",
            run: "click",
        },
        ...openReport("How Good Are My Rules"),
        ...figures,
        {
            content: "Look at a shorter time",
            trigger: ".o_score_quality_period",
            run: "click",
        },
        {
            content: "Choose three months",
            trigger: ".o-dropdown-item:contains(Last 3 Months)",
            run: "click",
        },
        {
            content: "It is shown",
            trigger: ".o_score_quality_period:contains(Last 3 Months)",
        },
        ...figures,
        {
            content: "Open the rules",
            trigger: "button:contains(Win Rate of Each Rule)",
            run: "click",
        },
        {
            content: "The rule's leads are won more often",
            trigger: ".o_data_row:contains(Tour's rule):contains(Won more often)",
        },
        {
            content: "Go back",
            trigger:
                ".o_back_button, .breadcrumb-item a:contains(How Good Are My Rules)",
            run: "click",
        },
        {
            content: "The time is still what was chosen",
            trigger: ".o_score_quality_period:contains(Last 3 Months)",
        },
    ],
});

registry.category("web_tour.tours").add("website_crm_score.rule_quality_on_phone", {
    steps: () => [
        ...figures,
        {
            content: "Nothing is wider than the phone",
            trigger: ".o_score_quality",
            run({anchor}) {
                const content = anchor.closest(".o_content");
                if (content.scrollWidth > content.clientWidth) {
                    throw new Error("The page is wider than the phone");
                }
            },
        },
    ],
});

registry.category("web_tour.tours").add("website_crm_score.ranking_by_month", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the CRM",
            trigger: ".o_app[data-menu-xmlid='crm.crm_menu_root']",
            run: "click",
        },
        ...openReport("Ranking by Month"),
        {
            content: "The last month was worse, by a rule",
            trigger: ".o_data_row:contains(0.62):contains(Tour's rule)",
        },
        {
            content: "The one before was not",
            trigger: ".o_data_row:contains(0.81):not(:contains(Tour's rule))",
        },
        {
            content: "See them as a line",
            trigger: "button.o_graph",
            run: "click",
        },
        {
            content: "It is drawn",
            trigger: ".o_graph_view canvas",
        },
    ],
});
