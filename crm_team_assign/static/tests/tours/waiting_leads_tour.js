import {openLeadsManagement} from "@website_crm_score/../tests/tours/scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("crm_team_assign.waiting_leads", {
    steps: () => [
        ...openLeadsManagement(
            "Waiting Leads",
            "crm_team_assign.crm_assignment_waiting_menu"
        ),
        {
            content: "See the leads that are below the minimum",
            trigger:
                '.o_data_row:contains("Waiting Tour wants 50, the best of them has 45.") [name=reason]:contains(Below the minimum)',
            run: "click",
        },
        {
            content: "Open one of these",
            trigger: '.o_data_row [name=name]:contains("Score 40")',
            run: "click",
        },
        {
            content: "Ask why it is not assigned",
            trigger: "button[name=action_explain_assignment]",
            run: "click",
        },
        {
            content: "Its team says so in words",
            trigger:
                '.modal .o_assignment_team:contains("Waiting Tour"):contains("The score is 40, 10 below its minimum 50.")',
        },
        {
            content: "Close it",
            trigger: ".modal-footer .btn-primary:contains(Close)",
            run: "click",
        },
        {
            content: "Go back to what waits",
            trigger:
                'body:not(:has(.modal)) .breadcrumb-item a:contains("Waiting Leads")',
            run: "click",
        },
        {
            content: "Lower the minimum",
            trigger:
                '.o_data_row:contains("Below the minimum") button:contains("Lower the Minimum")',
            run: "click",
        },
        {
            content: "Of the team",
            trigger: ".o_form_view .o_field_widget[name=min_for_assign] input",
            run: "edit 30",
        },
        ...stepUtils.saveForm(),
        {
            content: "Go back",
            trigger: '.breadcrumb-item a:contains("Waiting Leads")',
            run: "click",
        },
        {
            content: "The next assignment hands them over",
            trigger:
                '.o_data_row:contains("Their turn"):contains("The next assignment hands them over.")',
        },
    ],
});
