import {openLeads, openRow, openScoringRules} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("website_crm_score.manager_tests_rule_on_lead", {
    steps: () => [
        ...openScoringRules(),
        openRow("Lives in Belgium"),
        {
            content: "Test it",
            trigger: ".o_score_test",
            run: "click",
        },
        {
            content: "Choose a lead",
            trigger: ".modal .o_field_widget[name=lead_id] input",
            run: "edit From nowhere",
        },
        {
            content: "It is found",
            trigger: ".o-autocomplete--dropdown-item a:contains(From nowhere)",
            run: "click",
        },
        {
            content: "The condition fails",
            trigger: ".modal .o_score_condition:contains(Country is Belgium) .fa-times",
        },
        {
            content: "Close it",
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            content: "It is closed",
            trigger: "body:not(:has(.modal))",
        },
    ],
});

tours.add("website_crm_score.salesperson_tests_rules", {
    steps: () => [
        ...openLeads(),
        openRow("From Belgium"),
        {
            content: "Open the Score tab",
            trigger: ".o_notebook a[name=score]",
            run: "click",
        },
        {
            content: "Test the rules on this lead",
            trigger: ".o_notebook button:contains(Test Scoring Rules)",
            run: "click",
        },
        {
            content: "One matches",
            trigger: ".modal details:contains(Lives in Belgium) summary:has(.fa-check)",
            run: "click",
        },
        {
            content: "It is told why",
            trigger: ".modal .o_score_condition:contains(Country is Belgium) .fa-check",
        },
        {
            content: "Another does not",
            trigger: ".modal details:contains(Saw the prices) summary:has(.fa-times)",
        },
        {
            content: "Close it",
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            content: "It is closed",
            trigger: "body:not(:has(.modal))",
        },
    ],
});
