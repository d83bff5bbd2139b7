import {
    checkShare,
    openTeamAssignation,
    pauseUntilThe15th,
} from "./assignment_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("crm_team_assign.dry_run", {
    steps: () => [
        ...openTeamAssignation(),
        {
            content: "Rehearse the assignment of all teams",
            trigger: ".o_control_panel button[name=action_plan_assignment]",
            run: "click",
        },
        {
            content: "The plan says that nothing was changed",
            trigger: ".alert:contains(Nothing was changed yet)",
        },
        checkShare("Ann", "lead_count", "1"),
        {
            content: "Look at those that are not assigned",
            trigger: "button[name=action_view_lines]:contains(Not Assigned)",
            run: "click",
        },
        {
            content: "Open the group of a reason",
            trigger: ".o_group_header:contains(Below the minimum)",
            run: "click",
        },
        {
            content: "Read why",
            trigger:
                '.o_data_row:contains("Score 49") [name=explanation]:contains("Dry Run Tour wants 50, the score is 49.")',
        },
        {
            content: "Go back to the plan",
            trigger: ".o_back_button, .breadcrumb-item:contains(Dry Run)",
            run: "click",
        },
        {
            content: "Bring it up to date",
            trigger: "button[name=action_update]",
            run: "click",
        },
        {
            content: "It says when that was",
            trigger: ".o_field_widget[name=update_date]",
        },
        {
            content: "Confirm the plan",
            trigger: "button[name=action_confirm]",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal-footer .btn-primary:contains(Assign Leads)",
            run: "click",
        },
        {
            content: "It is carried out",
            trigger:
                ".o_statusbar_status .o_arrow_button_current:contains(Carried Out)",
        },
        checkShare("Ann", "done_count", "1"),
        {
            content: "See the leads that were assigned",
            trigger: "button[name=action_view_leads]",
            run: "click",
        },
        {
            content: "The lead is in the pipeline",
            trigger: '.o_kanban_record:contains("Score 60")',
        },
    ],
});

registry.category("web_tour.tours").add("crm_team_assign.assignee", {
    steps: () => [
        {
            content: "Open the inbox",
            trigger: '.o-mail-DiscussSidebar-item:contains("Inbox")',
            run: "click",
        },
        {
            content: "One message has all leads, the best first",
            trigger:
                '.o-mail-Message:contains("2 leads were assigned to you, the best first") li:first-child:contains("Score 60")',
        },
        {
            content: "Open the lead from there",
            trigger: '.o-mail-Message li:first-child a:contains("Score 60")',
            run: "click",
        },
        {
            content: "The lead opens",
            trigger: '.o_form_view .o_field_widget[name=name] :value("Score 60")',
        },
    ],
});

// On a phone one sets who is there, and the reasons are there, too.
registry.category("web_tour.tours").add("crm_team_assign.dry_run_on_the_phone", {
    steps: () => [
        {
            content: "Open the team",
            trigger: ".o_kanban_record .fs-5:contains(Phone Tour)",
            run: "click",
        },
        {
            content: "Leads are for working hours only",
            trigger:
                ".o_field_widget[name=assignment_working_hours] input:not(:checked)",
            run: "click",
        },
        {
            content: "Whoever was away makes up for it",
            trigger: ".o_field_widget[name=assignment_balance] input:not(:checked)",
            run: "click",
        },
        {
            content: "Open Bob",
            trigger:
                ".o_field_widget[name=crm_team_member_ids] .o_kanban_record:contains(Bob)",
            run: "click",
        },
        ...pauseUntilThe15th(),
        {
            content: "Close his form",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        ...stepUtils.saveForm(),
        {
            content: "The team says that Bob is away",
            trigger:
                '.o_field_widget[name=crm_team_member_ids] .o_kanban_record:contains(Bob):contains("Away until")',
        },
        {
            content: "Go back to the teams",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "Rehearse the assignment of a team",
            trigger:
                ".o_kanban_record:contains(Phone Tour) [name=action_plan_assignment]",
            run: "click",
        },
        {
            content: "One lead goes to Ann",
            trigger:
                '.o_field_widget[name=share_ids] .o_kanban_record:contains(Ann):contains("1 planned")',
        },
        {
            content: "Bob, who is away, gets none",
            trigger:
                '.o_field_widget[name=share_ids] .o_kanban_record:contains(Bob):contains("Away until")',
        },
        {
            content: "One goes to nobody, for a reason",
            trigger:
                '.o_field_widget[name=reason_ids] .o_kanban_record:contains("Below the minimum")',
        },
        {
            content: "See the leads",
            trigger:
                '.o_field_widget[name=reason_ids] .o_kanban_record:contains("Below the minimum") [name=action_view_lines]',
            run: "click",
        },
        {
            content: "Read why",
            trigger:
                '.o_kanban_record:contains("Score 49"):contains("Phone Tour wants 50, the score is 49.")',
        },
    ],
});
