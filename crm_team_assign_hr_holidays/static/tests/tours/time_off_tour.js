import {
    checkShare,
    openTeam,
    openTeamAssignation,
    rehearseTeam,
} from "@crm_team_assign/../tests/tours/assignment_tour_steps";
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("crm_team_assign_hr_holidays.time_off", {
    steps: () => [
        ...openTeamAssignation(),
        openTeam("Time Off"),
        {
            content: "Ann is away",
            trigger:
                '.o_field_widget[name=crm_team_member_ids] .o_data_row:contains(Ann) [name=assignment_absence]:contains("Away until")',
        },
        rehearseTeam(),
        checkShare("Ann", "absence", "Away until"),
        {
            content: "Look at those that wait in the team",
            trigger: "button[name=action_view_lines]:contains(To Teams Only)",
            run: "click",
        },
        {
            content: "Read why",
            trigger:
                '.o_data_row:contains("Score 60") [name=explanation]:contains("who has room for it is away until")',
        },
    ],
});
