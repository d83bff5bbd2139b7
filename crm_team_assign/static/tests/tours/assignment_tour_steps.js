import {openLeadsManagement} from "@website_crm_score/../tests/tours/scoring_tour_steps";

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
 * Return the steps that pause a member, whose form is open.
 */
export function pauseUntilThe15th() {
    return [
        {
            content: "Pause her",
            trigger: ".modal .o_field_widget[name=assignment_optout] input",
            run: "click",
        },
        {
            content: "Until a day",
            trigger:
                ".modal .o_field_widget[name=assignment_paused_until] input, .modal .o_field_widget[name=assignment_paused_until] button",
            run: "click",
        },
        {
            content: "Of the next month",
            trigger: ".o_datetime_picker .o_next",
            run: "click",
        },
        {
            content: "The 15th",
            trigger:
                ".o_datetime_picker .o_date_item_cell:not(.o_out_of_range):contains(/^15$/)",
            run: "click",
        },
    ];
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

/**
 * Return the step that waits for a team's member to be said to be away.
 *
 * @param {string} user the name
 */
export function checkAbsence(user) {
    return {
        content: `The team says that ${user} is away`,
        trigger: `.o_field_widget[name=crm_team_member_ids] .o_data_row:contains(${user}) [name=assignment_absence]:contains("Away until")`,
    };
}

/**
 * Return the steps that read in a plan why the lead *Score 60* waits in its team.
 *
 * @param {string} words of the reason
 */
export function readWhyItWaits(words) {
    return [
        {
            content: "Look at those that wait in the team",
            trigger: "button[name=action_view_lines]:contains(To Teams Only)",
            run: "click",
        },
        {
            content: "Read why",
            trigger: `.o_data_row:contains("Score 60") [name=explanation]:contains("${words}")`,
        },
    ];
}
