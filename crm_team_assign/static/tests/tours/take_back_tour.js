import {registry} from "@web/core/registry";

// The team takes leads back, and its dry run says from whom and why.
registry.category("web_tour.tours").add("crm_team_assign.take_back", {
    steps: () => [
        {
            content: "Open the team",
            trigger: ".o_data_row:contains(Take Back Tour) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "The setting says what happens",
            trigger: "[name=take_back]:contains(The salesperson is reminded)",
        },
        {
            content: "Rehearse",
            trigger: ".o_statusbar_buttons button[name=action_plan_assignment]",
            run: "click",
        },
        {
            content: "Look at what salespeople get",
            trigger: "button[name=action_view_lines]:contains(To Salespeople)",
            run: "click",
        },
        {
            content: "It says from whom the lead is taken back and why",
            trigger:
                '.o_data_row:contains("Score 60") [name=explanation]:contains("Taken back from Ann: no contact for")',
        },
        {
            content: "Go back to the plan",
            trigger: ".o_back_button, .breadcrumb-item:contains(Dry Run)",
            run: "click",
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
            content: "See the leads that were assigned",
            trigger: "button[name=action_view_leads]",
            run: "click",
        },
        {
            content: "Open the lead",
            trigger: '.o_kanban_record:contains("Score 60")',
            run: "click",
        },
        {
            content: "See who had it",
            trigger: "button[name=action_view_handovers]:contains(2)",
            run: "click",
        },
        {
            content: "It was taken back from Ann",
            trigger: ".o_data_row:contains(Ann) [name=state]:contains(Taken Back)",
        },
        {
            content: "And waits for Bob",
            trigger: ".o_data_row:contains(Bob) [name=state]:contains(No Contact Yet)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_team_assign.reminded", {
    steps: () => [
        {
            content: "Open the inbox",
            trigger: '.o-mail-DiscussSidebar-item:contains("Inbox")',
            run: "click",
        },
        {
            content: "Read how long the lead stays, and open it",
            trigger:
                '.o-mail-Message:contains("working hours left") a:contains("Score 60")',
            run: "click",
        },
        {
            content: "The lead opens",
            trigger: '.o_form_view .o_field_widget[name=name] :value("Score 60")',
        },
    ],
});
