import {openMenuItem} from "@website_crm_score/../tests/tours/scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

// What came of the leads that were assigned, by team and salesperson.
registry.category("web_tour.tours").add("crm_team_assign.assignment_report", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
        ...openMenuItem(
            "crm.crm_menu_report",
            "Assignment",
            "crm_team_assign.crm_assignment_report_menu"
        ),
        {
            content: "Ann was assigned two leads, of which one is won; look at these",
            trigger:
                '.o_pivot tbody tr:contains(Ann):has(td:contains("100.00")) td:nth-child(2):text("2")',
            run: "click",
        },
        {
            content: "The list says what it is of",
            trigger: ".o_list_view .o_last_breadcrumb_item:text(Assignment)",
        },
        {
            content: "One is won, with its revenue",
            trigger:
                '.o_data_row:contains("Score 60"):has([name=state]:contains(Won)):has([name=won_revenue]:contains("100.00"))',
        },
        {
            content: "Open the other one, which waits for a contact",
            trigger:
                '.o_data_row:contains("Score 50"):has([name=state]:contains("No Contact Yet")) [name=lead_id]',
            run: "click",
        },
        {
            content: "The lead opens",
            trigger: '.o_form_view .o_field_widget[name=name] :value("Score 50")',
        },
    ],
});
