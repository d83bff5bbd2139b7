import {stepUtils} from "@web_tour/tour_utils";

/**
 * Return the steps that open an item of CRM ‣ Leads Management.
 *
 * @param {string} name of the item
 * @param {string} xmlid of the menu
 */
export function openLeadsManagement(name, xmlid) {
    return [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
        {
            content: "Open Leads Management",
            trigger:
                'button[data-menu-xmlid="website_crm_score.website_crm_score_menu_root"]',
            run: "click",
        },
        {
            content: `Open ${name}`,
            trigger: `a[data-menu-xmlid="${xmlid}"]`,
            run: "click",
        },
        {
            content: `${name} is shown`,
            trigger: `.o_last_breadcrumb_item:contains(${name})`,
        },
    ];
}

export function openTeamAssignation() {
    return openLeadsManagement(
        "Team Assignation",
        "crm_team_assign.crm_team_assign_menu"
    );
}

export function openTeam(name) {
    return {
        content: `Open the team ${name}`,
        trigger: `.o_data_row:contains(${name}) .o_data_cell[name=name]`,
        run: "click",
    };
}

export function rehearseTeam() {
    return {
        content: "Rehearse the assignment of the team",
        trigger:
            ".o_form_saved .o_statusbar_buttons button[name=action_plan_assignment]",
        run: "click",
    };
}

/**
 * Return the step that waits for a row of the plan that says this of a salesperson.
 *
 * @param {string} user the name
 * @param {string} field of the share
 * @param {string} words that it contains
 */
export function checkShare(user, field, words) {
    return {
        content: `The plan says of ${user}: ${words}`,
        trigger: `.o_field_widget[name=share_ids] .o_data_row:contains(${user}) [name=${field}]:contains("${words}")`,
    };
}
