import {openLeads, openMenuItem, openRow} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

tours.add("website_crm_score.manager_sees_visits_not_counted", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
        ...openMenuItem(
            "crm.crm_menu_report",
            "Visits Not Counted",
            "website_crm_score.website_crm_uncounted_hit_menu"
        ),
        {
            content: "The reason and the number are told",
            trigger: ".o_group_header:contains(Bot) td.o_list_number:contains(3)",
        },
        {
            content: "How many of all visits these are is said",
            trigger: ".o_uncounted_hit_share:contains(30 days)",
        },
        {
            content: "See them as a graph",
            trigger: ".o_switch_view.o_graph",
            run: "click",
        },
        {
            content: "They are drawn",
            trigger: ".o_graph_renderer canvas",
        },
    ],
});

tours.add("website_crm_score.manager_erases_browsing_history", {
    steps: () => [
        ...openLeads(),
        openRow("Ann"),
        {
            content: "The lead saw a page",
            trigger: "button[name=action_redirect_to_page_views]:contains(1)",
        },
        {
            content: "Open the actions",
            trigger: ".o_cp_action_menus .dropdown-toggle",
            run: "click",
        },
        {
            content: "Erase what it saw",
            trigger: ".o-dropdown-item:contains(Erase Browsing History)",
            run: "click",
        },
        {
            content: "It is for good: confirm",
            trigger:
                ".modal footer button.btn-primary:contains(Erase Browsing History)",
            run: "click",
        },
        {
            content: "It saw nothing",
            trigger:
                ".o_form_view:not(:has(button[name=action_redirect_to_page_views]:contains(1)))",
        },
    ],
});
