import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

function openReport(name) {
    return [
        {
            content: "Open the reports",
            trigger: ".o_menu_sections button:contains(Reporting)",
            run: "click",
        },
        {
            content: `Open ${name}`,
            trigger: `.dropdown-menu .dropdown-item:contains(/^${name}$/)`,
            run: "click",
        },
    ];
}

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
