import {checkLeads, openLeads} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";

function openSearchMenu() {
    return {
        content: "Open the search menu",
        trigger: ".o_searchview_dropdown_toggler[aria-expanded=false]",
        run: "click",
    };
}

function closeSearchMenu() {
    return {
        content: "Close the search menu",
        trigger: ".o_searchview_dropdown_toggler[aria-expanded=true]",
        run: "click",
    };
}

function choose(menu, name) {
    return [
        openSearchMenu(),
        {
            content: `Choose ${name}`,
            trigger: `.${menu} .o-dropdown-item:contains(${name})`,
            run: "click",
        },
        closeSearchMenu(),
    ];
}

function removeFacet(name) {
    return {
        content: `Remove ${name}`,
        trigger: `.o_searchview_facet:contains(${name}) .o_facet_remove`,
        run: "click",
    };
}

function checkFilter(name, ...leads) {
    return [...choose("o_filter_menu", name), checkLeads(...leads), removeFacet(name)];
}

function sortByScore() {
    return {
        content: "Sort by score",
        trigger: "th[data-name=score]",
        run: "click",
    };
}

function openView(type) {
    return {
        content: `Open the ${type} view`,
        trigger: `.o_switch_view.o_${type}`,
        run: "click",
    };
}

function chooseMeasure(view, measure) {
    return [
        {
            content: "Open the measures",
            trigger: `${view} button:contains(Measures)`,
            run: "click",
        },
        {
            content: `Choose ${measure}`,
            trigger: `.o-dropdown--menu .o_menu_item:text(${measure})`,
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("website_crm_score.salesperson_searches", {
    steps: () => [
        ...openLeads(),
        checkLeads("Hot", "Warm", "Cold", "Minus"),
        sortByScore(),
        checkLeads("Warm", "Minus", "Hot", "Cold"),
        sortByScore(),
        checkLeads("Minus", "Cold", "Warm", "Hot"),
        sortByScore(),
        checkLeads("Hot", "Warm", "Cold", "Minus"),
        ...checkFilter("Grade A", "Hot", "Warm"),
        ...checkFilter("Grade B", "Cold"),
        ...checkFilter("Grade C", "Minus"),
        ...checkFilter("Rose by 20 This Week", "Warm"),
        ...checkFilter("Cooled Down", "Minus"),
        {
            content: "Search a rule",
            trigger: ".o_searchview_input",
            run: "edit Opens",
        },
        {
            content: "Search it among the scoring rules",
            trigger:
                ".o_searchview_autocomplete .o-dropdown-item:contains(Search Scoring Rules for)",
            run: "click",
        },
        {
            content: "It is a facet",
            trigger: ".o_searchview_facet:contains(Scoring Rules):contains(Opens)",
        },
        checkLeads("Hot", "Warm"),
        removeFacet("Scoring Rules"),
        ...choose("o_group_by_menu", "Scoring Rule"),
        {
            content: "A lead is in the group of each of its rules",
            trigger:
                ".o_list_view:has(.o_group_header:contains(Writes (1)))" +
                ":has(.o_group_header:contains(Clicks (2)))" +
                ":has(.o_group_header:contains(Opens (2)))" +
                ":has(.o_group_header:contains(Complains (1)))",
        },
        {
            content: "A group shows its average score",
            trigger: ".o_group_header:contains(Clicks) .o_list_number:text(45)",
        },
        removeFacet("Scoring Rule"),
        ...choose("o_group_by_menu", "Grade"),
        {
            content: "Leads are grouped by their grades",
            trigger:
                ".o_list_view:has(.o_group_header:contains(A3 (2)))" +
                ":has(.o_group_header:contains(B3 (1)))" +
                ":has(.o_group_header:contains(C3 (1)))",
        },
        removeFacet("Grade"),
        openView("pivot"),
        ...chooseMeasure(".o_pivot_view", "Score"),
        {
            content: "The pivot table shows the average score",
            trigger:
                ".o_pivot:has(.o_pivot_measure_row:contains(Score)) .o_pivot_cell_value:contains(51.25)",
        },
        openView("graph"),
        ...chooseMeasure(".o_graph_view", "Score"),
        {
            content: "The graph shows the score",
            trigger: ".o_graph_view .o_graph_canvas_container canvas",
        },
        {
            content: "The measure is chosen",
            trigger: ".o-dropdown--menu .o_menu_item.selected:text(Score)",
        },
    ],
});
