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

function checkBadge(row, lead, ...parts) {
    const having = parts.map((part) => `:has(${part})`);
    return {
        content: `The badge of ${lead} has grade, score and arrow`,
        trigger: `${row}:contains(${lead}) .o_score_badge${having.join("")}`,
    };
}

function checkBadges(row) {
    return [
        checkBadge(
            row,
            "Warm",
            ".o_score_grade.text-bg-success:text(A3)",
            ".o_score_badge_score:text(70)",
            ".oi-arrow-up-right",
            ".o_score_change:contains(+40)"
        ),
        checkBadge(
            row,
            "Minus",
            ".o_score_grade:text(C3)",
            ".o_score_badge_score:text(-5)",
            ".oi-arrow-down-right",
            ".o_score_change:contains(-10)"
        ),
        checkBadge(row, "Hot", ".o_score_grade:text(A3)"),
    ];
}

function checkCards(...names) {
    const having = names.map((name) => `:has(.o_kanban_record:contains(${name}))`);
    return {
        content: `The cards are ${names.join(", ")}`,
        trigger: `.o_kanban_renderer${having.join("")}:has(.o_kanban_record:not(.o_kanban_ghost):count(${names.length}))`,
    };
}

function checkWidth() {
    return {
        content: "No badge is cut off",
        trigger: ".o_kanban_record .o_score_badge",
        run() {
            for (const badge of document.querySelectorAll(".o_score_badge")) {
                const {left, right} = badge.getBoundingClientRect();
                const card = badge.closest(".o_kanban_record").getBoundingClientRect();
                if (left < card.left || right > card.right) {
                    throw new Error(`A badge ends at ${right}, its card ${card.right}`);
                }
            }
        },
    };
}

registry.category("web_tour.tours").add("website_crm_score.salesperson_searches", {
    steps: () => [
        ...openLeads(),
        checkLeads("Hot", "Warm", "Cold", "Minus"),
        ...checkBadges(".o_data_row"),
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

registry
    .category("web_tour.tours")
    .add("website_crm_score.salesperson_searches_on_phone", {
        steps: () => [
            checkCards("Hot", "Warm", "Cold", "Minus"),
            ...checkBadges(".o_kanban_record"),
            checkWidth(),
            {
                content: "Open the search",
                trigger: ".o_control_panel button:has(.fa-search)",
                run: "click",
            },
            ...choose("o_filter_menu", "Grade A"),
            checkCards("Hot", "Warm"),
            removeFacet("Grade A"),
            ...choose("o_filter_menu", "Rose by 20 This Week"),
            checkCards("Warm"),
            removeFacet("Rose by 20 This Week"),
            ...choose("o_filter_menu", "Cooled Down"),
            checkCards("Minus"),
            removeFacet("Cooled Down"),
            ...choose("o_group_by_menu", "Grade"),
            {
                content: "The cards are in columns of their grades",
                trigger:
                    ".o_kanban_renderer:has(.o_kanban_group:contains(A3):contains(Hot):contains(Warm))" +
                    ":has(.o_kanban_group:contains(B3):contains(Cold))" +
                    ":has(.o_kanban_group:contains(C3):contains(Minus))",
            },
            checkWidth(),
        ],
    });
