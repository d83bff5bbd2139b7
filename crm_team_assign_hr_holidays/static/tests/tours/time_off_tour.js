import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("crm_team_assign_hr_holidays.time_off", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open CRM",
            trigger: '.o_app[data-menu-xmlid="crm.crm_menu_root"]',
            run: "click",
        },
        {
            content: "Open Leads Management",
            trigger:
                'button[data-menu-xmlid="website_crm_score.website_crm_score_menu_root"]',
            run: "click",
        },
        {
            content: "Open Team Assignation",
            trigger: 'a[data-menu-xmlid="crm_team_assign.crm_team_assign_menu"]',
            run: "click",
        },
        {
            content: "Open the team",
            trigger: '.o_data_row [name=name]:contains("Time Off")',
            run: "click",
        },
        {
            content: "Ann is away",
            trigger:
                '.o_field_widget[name=crm_team_member_ids] .o_data_row:contains(Ann) [name=assignment_absence]:contains("Away until")',
        },
        {
            content: "Rehearse the assignment",
            trigger: ".o_form_view button[name=action_plan_assignment]",
            run: "click",
        },
        {
            content: "The plan says so, too",
            trigger:
                '.o_field_widget[name=share_ids] .o_data_row:contains(Ann) [name=absence]:contains("Away until")',
        },
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
