import {openScoringRules, switchOn} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const button = (name) => `.o_statusbar_buttons button[name=${name}]:visible:enabled`;
const line = (text) => `.o_field_widget[name=line_ids] .o_data_row:contains(${text})`;
const card = (text) =>
    `.o_field_widget[name=line_ids] .o_kanban_record:contains(${text})`;
const ranking = (text) =>
    `.o_field_widget[name=ranking_ids] .o_data_row:contains(${text})`;

function suggest() {
    return [
        ...openScoringRules(),
        {
            content: "Have rules suggested",
            trigger: ".o_control_panel button:contains(Suggest)",
            run: "click",
        },
        {
            content: "It says what is going to happen",
            trigger: ".o_form_sheet:contains(Nothing is scored by them)",
        },
        {
            content: "Look at the leads",
            trigger: button("action_suggest"),
            run: "click",
        },
    ];
}

tours.add("website_crm_score.manager_suggests_rules", {
    steps: () => [
        ...suggest(),
        {
            content: "A rule is suggested, with what it rests on",
            trigger: `${line("Found us by Fair")}:contains(Almost certain)`,
        },
        {
            content: "One that is there already is named, and not used again",
            trigger: `${line("Tagged Adult")}:contains(Same as “Grown up”) .o_data_cell[name=is_used] input:not(:checked)`,
        },
        {
            content: "Look how well they rank",
            trigger: ".o_notebook_headers a:contains(How Well They Rank)",
            run: "click",
        },
        {
            content: "Beside the present rules",
            trigger: ranking("Present rules"),
        },
        {
            content: "And beside Odoo's own scoring",
            trigger: ranking("Predictive scoring"),
        },
        {
            content: "Look what was left out",
            trigger: ".o_notebook_headers a:contains(Left Out)",
            run: "click",
        },
        {
            content: "It is what winning sets",
            trigger: ".o_field_widget[name=left_out]:contains(Tagged Customer)",
        },
        {
            content: "Make drafts",
            trigger: button("action_make_drafts"),
            run: "click",
        },
        {
            content: "The new rules are shown",
            trigger: ".o_last_breadcrumb_item:contains(New Rules)",
        },
        ...switchOn("Found us by Fair"),
    ],
});

tours.add("website_crm_score.manager_has_too_few_outcomes", {
    steps: () => [
        ...suggest(),
        {
            content: "It says why nothing was learnt",
            trigger: ".o_form_sheet .alert:contains(At least 50 of both are needed)",
        },
        {
            content: "There is nothing to look at",
            trigger: ".o_form_sheet:not(:has(.o_notebook))",
        },
    ],
});

tours.add("website_crm_score.manager_replaces_points", {
    steps: () => [
        ...suggest().slice(0, -1),
        {
            content: "Ask for new points",
            trigger:
                ".o_field_widget[name=mode] .o_radio_item:contains(New Points) input",
            run: "click",
        },
        {
            content: "Look at the leads",
            trigger: `${button("action_suggest")}:contains(Suggest Points)`,
            run: "click",
        },
        {
            content: "The points now are beside the new ones",
            trigger: `${line("From the fair")} .o_data_cell[name=present_points]:contains(-20)`,
        },
        {
            content: "One rule is to keep its points",
            trigger: `${line("Adult")} .o_data_cell[name=is_used] input:checked`,
            run: "click",
        },
        {
            content: "It is not chosen any more",
            trigger: `${line("Adult")} .o_data_cell[name=is_used] input:not(:checked)`,
        },
        {
            content: "Look how well they rank",
            trigger: ".o_notebook_headers a:contains(How Well They Rank)",
            run: "click",
        },
        {
            content: "Beside the points that there are",
            trigger: ranking("Present points"),
        },
        {
            content: "Replace the points",
            trigger: button("action_replace_points"),
            run: "click",
        },
        {
            content: "Yes, of all leads",
            trigger: ".modal-footer button.btn-primary",
            run: "click",
        },
        {
            content: "The rules with new points are shown",
            trigger: ".o_last_breadcrumb_item:contains(New Points)",
        },
    ],
});

tours.add("website_crm_score.manager_unticks_a_suggestion_on_the_phone", {
    steps: () => [
        {
            content: "Both rules are suggested",
            trigger: ".o_notebook_headers a:contains(Suggestions)",
        },
        {
            content: "Leave one out",
            trigger: `${card("Found us by Fair")} .o_field_widget[name=is_used] input:checked`,
            run: "click",
        },
        {
            content: "It is left out",
            trigger: `${card("Found us by Fair")} .o_field_widget[name=is_used] input:not(:checked)`,
        },
        {
            content: "Make drafts",
            trigger: ".o_statusbar_buttons button[name=action_make_drafts]",
            run: "click",
        },
        {
            content: "The other rule is shown",
            trigger: ".o_kanban_record:contains(Tagged Adult):contains(Draft)",
        },
    ],
});
