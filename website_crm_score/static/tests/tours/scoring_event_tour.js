import {
    beginWithTemplate,
    checkReasons,
    choose,
    openLeads,
    openRow,
    openScoringRules,
    write,
} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

tours.add("website_crm_score.manager_makes_event_rule", {
    steps: () => [
        ...openScoringRules(),
        {
            content: "Make a rule",
            trigger: ".o_list_button_add",
            run: "click",
        },
        write("name", "Saw the prices"),
        write("value", "5"),
        {
            content: "Look at what happens",
            trigger: ".o_field_widget[name=rule_type] input[data-value=event]",
            run: "click",
        },
        {
            content: "What is for other rules is not shown",
            trigger: ".o_form_view:not(:has(.o_field_widget[name=event_based]))",
        },
        ...choose("event_type", "Page visited"),
        {
            content: "An address is needed",
            trigger: ".o_field_widget[name=page_url].o_required_modifier",
        },
        write("page_url", "/prices?"),
        write("max_count", "2"),
        {
            content: "Save",
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        {
            content: "The server refuses the address, and says why",
            trigger: ".modal:contains(cannot count events: visited addresses)",
        },
        {
            content: "Close the message",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        write("page_url", "/prices"),
        ...stepUtils.saveForm(),
        {
            content: "Apply it to existing leads",
            trigger: "button[name=action_apply]",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal .btn-primary:text(Apply)",
            run: "click",
        },
        {
            content: "One lead has its points",
            trigger: "button[name=action_open_leads]:has(.o_stat_value:text(1))",
        },
        ...openLeads(),
        openRow("Vera"),
        ...checkReasons([{name: "Saw the prices", times: 2, points: "+10"}]),
    ],
});

tours.add("website_crm_score.manager_uses_template", {
    steps: () => [
        ...openScoringRules(),
        {
            content: "There are no rules yet, and templates are offered",
            trigger: ".o_nocontent_help:contains(Templates)",
        },
        ...beginWithTemplate("fit"),
        {
            content: "For contacts",
            trigger: ".modal .o_field_widget[name=apply_to] input[data-value=partner]",
            run: "click",
        },
        {
            content: "What it is made of is shown",
            trigger:
                ".modal .o_field_widget[name=rule_names]:contains(Gave a phone number: +5)",
        },
        {
            content: "Make the rules",
            trigger: ".modal button[name=action_create_rules]",
            run: "click",
        },
        {
            content: "They are switched off; switch one on",
            trigger:
                ".o_data_row:contains(Gave a phone number) .o_data_cell[name=active] input:not(:checked)",
            run: "click",
        },
        openRow("Gave a phone number"),
        {
            content: "Apply it to existing contacts",
            trigger: "button[name=action_apply]:contains(Contacts)",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal .btn-primary:text(Apply)",
            run: "click",
        },
        {
            content: "Contacts have its points; open them",
            trigger: "button[name=action_open_leads]:has(.o_stat_value:text(1))",
            run: "click",
        },
        {
            content: "Open the contact",
            trigger: ".o_data_row:contains(Ann with a phone) .o_data_cell",
            run: "click",
        },
        ...checkReasons([{name: "Gave a phone number", points: "+5"}]),
    ],
});
