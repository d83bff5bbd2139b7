import {openScoringRules} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");
const panel = ".o_score_first_steps";
const gone = {
    content: "The first steps are gone",
    trigger: `.o_view_controller:not(:has(${panel}))`,
};

function checkStep(title, isDone) {
    const icon = isDone ? "fa-check-circle" : "fa-circle-o";
    return {
        content: `${title}: ${isDone ? "done" : "to do"}`,
        trigger: `${panel} li:contains(${title}):has(.${icon})`,
    };
}

function openStep(title) {
    return {
        content: title,
        trigger: `${panel} a:contains(${title})`,
        run: "click",
    };
}

tours.add("website_crm_score.manager_takes_first_steps", {
    steps: () => [
        ...openScoringRules(),
        checkStep("Track a Page", false),
        checkStep("Let the Contact Form Make Leads", false),
        checkStep("Write a Rule", false),
        openStep("Track a Page"),
        {
            content: "Select a page",
            trigger:
                ".o_list_view .o_data_row:contains(Steps Page) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Open its actions",
            trigger: ".o_cp_action_menus .dropdown-toggle",
            run: "click",
        },
        {
            content: "Have it tracked",
            trigger: ".o-dropdown-item:text(Track Page)",
            run: "click",
        },
        {
            content: "Go back to the rules",
            trigger: ".breadcrumb-item:contains(Scoring Rules) a",
            run: "click",
        },
        checkStep("Track a Page", true),
        openStep("Write a Rule"),
        {
            content: "Name it",
            trigger: ".o_form_view .o_field_widget[name=name] input",
            run: "edit First Rule",
        },
        ...stepUtils.saveForm(),
        {
            content: "Go back to the rules",
            trigger: ".breadcrumb-item:contains(Scoring Rules) a",
            run: "click",
        },
        checkStep("Write a Rule", true),
        checkStep("Let the Contact Form Make Leads", false),
        openStep("Let the Contact Form Make Leads"),
        {
            content: "The contact page is shown in the editor",
            trigger: ".o_website_preview :iframe form#contactus_form",
        },
    ],
});

tours.add("website_crm_score.manager_dismisses_first_steps", {
    steps: () => [
        {
            content: "Some are done, some are not",
            trigger: `${panel}:has(.fa-check-circle):has(.fa-circle-o)`,
        },
        {
            content: "Dismiss them",
            trigger: `${panel} .btn-close`,
            run: "click",
        },
        gone,
    ],
});

tours.add("website_crm_score.first_steps_are_gone", {
    steps: () => [
        {
            content: "The rules are shown",
            trigger: ".o_last_breadcrumb_item:contains(Scoring Rules)",
        },
        {
            content: "There is one at least",
            trigger: ".o_data_row, .o_kanban_record:not(.o_kanban_ghost)",
        },
        gone,
    ],
});
