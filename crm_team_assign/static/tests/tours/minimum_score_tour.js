import {openTeam, openTeamAssignation} from "./assignment_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const row = ".o_data_row:contains(Assignation Tour)";

registry.category("web_tour.tours").add("crm_team_assign.minimum_score", {
    steps: () => [
        ...openTeamAssignation(),
        openTeam("Assignation Tour"),
        {
            content: "Members show with their capacity",
            trigger:
                '.o_field_widget[name=crm_team_member_ids] .o_data_row:contains(Ann):contains("300")',
        },
        {
            content: "Set the minimum score",
            trigger: ".o_field_widget[name=min_for_assign] input",
            run: "edit 50",
        },
        ...stepUtils.saveForm(),
        {
            content: "Assign leads",
            trigger: "button[name=action_start_assignment]",
            run: "click",
        },
        {
            content: "It says what is left of today, which is the default",
            trigger:
                '.modal .o_data_row:contains(Ann) [name=rest_count]:contains("10")',
        },
        {
            content: "Confirm",
            trigger: ".modal-footer .btn-primary:contains(Assign Leads)",
            run: "click",
        },
        {
            content: "One lead reached the minimum",
            trigger: ".o_notification:contains(1 leads allocated)",
        },
        {
            content: "Go back to the list",
            trigger: ".o_back_button, .breadcrumb-item:contains(Team Assignation)",
            run: "click",
        },
        {
            content: "The list shows the minimum and the lead",
            trigger: `${row}:has([name=min_for_assign]:contains(50)):has([name=lead_all_assigned_month_count]:contains(1))`,
        },
    ],
});
