import {
    checkAbsence,
    checkShare,
    openTeam,
    openTeamAssignation,
    readWhyItWaits,
    rehearseTeam,
} from "@crm_team_assign/../tests/tours/assignment_tour_steps";
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("crm_team_assign_hr_holidays.time_off", {
    steps: () => [
        ...openTeamAssignation(),
        openTeam("Time Off"),
        checkAbsence("Ann"),
        rehearseTeam(),
        checkShare("Ann", "absence", "Away until"),
        ...readWhyItWaits("who has room for it is away until"),
    ],
});
