import {
    checkAbsence,
    checkShare,
    openTeam,
    openTeamAssignation,
    pauseUntilThe15th,
    readWhyItWaits,
    rehearseTeam,
} from "./assignment_tour_steps";
import {openMenuItem} from "@website_crm_score/../tests/tours/scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

// Who is not at work within a day gets nothing, and the plan says until when.
registry.category("web_tour.tours").add("crm_team_assign.working_hours", {
    steps: () => [
        ...openTeamAssignation(),
        openTeam("Absence Tour"),
        {
            content: "Leads are for working hours only",
            trigger:
                ".o_field_widget[name=assignment_working_hours] input:not(:checked)",
            run: "click",
        },
        ...stepUtils.saveForm(),
        rehearseTeam(),
        checkShare("Ann", "absence", "Away until"),
        ...readWhyItWaits("who has room for it is away until"),
        ...openMenuItem(
            "crm.crm_menu_report",
            "Assignment Load",
            "crm_team_assign.crm_assignment_load_menu"
        ),
        {
            content: "Look at the figures of salespeople",
            trigger: ".o_cp_switch_buttons .o_pivot",
            run: "click",
        },
        {
            content: "Ann has the capacity of the four days on which she was at work",
            trigger: '.o_pivot tbody tr:contains(Ann) td:nth-child(3):text("40")',
        },
    ],
});

// Who is owed leads gets up to two days' shares.
registry.category("web_tour.tours").add("crm_team_assign.balance", {
    steps: () => [
        ...openTeamAssignation(),
        openTeam("Absence Tour"),
        rehearseTeam(),
        checkShare("Ann", "capacity", "2"),
        {
            content: "Go back to the team",
            trigger: ".breadcrumb-item:contains(Absence Tour) a, .o_back_button",
            run: "click",
        },
        {
            content: "Whoever was away makes up for it",
            trigger: ".o_field_widget[name=assignment_balance] input:not(:checked)",
            run: "click",
        },
        ...stepUtils.saveForm(),
        rehearseTeam(),
        checkShare("Ann", "capacity", "4"),
    ],
});

// A pause has an end, which the plan says.
registry.category("web_tour.tours").add("crm_team_assign.paused_until", {
    steps: () => [
        ...openTeamAssignation(),
        openTeam("Absence Tour"),
        {
            content: "Open Ann",
            trigger:
                ".o_field_widget[name=crm_team_member_ids] .o_data_row:contains(Ann) [name=user_id]",
            run: "click",
        },
        ...pauseUntilThe15th(),
        {
            content: "Close her form",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        ...stepUtils.saveForm(),
        checkAbsence("Ann"),
        rehearseTeam(),
        checkShare("Ann", "absence", "Away until"),
    ],
});
