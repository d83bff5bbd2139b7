import {
    checkLeads,
    checkReasons,
    checkRows,
    goBack,
    openLeads,
    openRow,
    openScoringRules,
} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");
const rules = ".o_list_view";
const domain = ".o_field_widget[name=domain]";

function editCode(code) {
    return {
        content: `Write the domain ${code}`,
        trigger: `${domain} .o_domain_selector_debug_container textarea`,
        run: `edit ${code} && press Tab`,
    };
}

function save() {
    return {
        content: "Save",
        trigger: ".o_form_button_save:enabled",
        run: "click",
    };
}

tours.add("website_crm_score.manager_makes_rule", {
    steps: () => [
        ...openScoringRules(),
        {
            content: "Make a rule",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name=name] input",
            run: "edit Lives in Belgium",
        },
        {
            content: "Say how many points it gives",
            trigger: ".o_field_widget[name=value] input",
            run: "edit 12.5",
        },
        {
            content: "Without a condition it matches all leads",
            trigger: `${domain}:contains(Match all records):contains("3 record(s)")`,
        },
        {
            content: "Add a condition",
            trigger: `${domain} a:contains(New Condition)`,
            run: "click",
        },
        {
            content: "Choose its field",
            trigger: `${domain} .o_model_field_selector`,
            run: "click",
        },
        {
            content: "Search it",
            trigger: ".o_model_field_selector_popover_search input",
            run: "edit country",
        },
        {
            content: "Choose Country",
            trigger:
                ".o_model_field_selector_popover_item[data-name=country_id] .o_model_field_selector_popover_item_name",
            run: "click",
        },
        {
            content: "Choose its value",
            trigger: `${domain}:has(.o_model_field_selector:contains(Country)) .o_record_autocomplete_with_caret input, ${domain} .o_tree_editor_condition .o-autocomplete input`,
            run: "edit Belgium",
        },
        {
            content: "Choose Belgium",
            trigger: ".o-autocomplete--dropdown-item:text(Belgium) a",
            run: "click",
        },
        {
            content: "One lead matches",
            trigger: `${domain}:contains("1 record(s)")`,
        },
        ...stepUtils.saveForm(),
        {
            content: "It gave no points yet",
            trigger: "button[name=action_open_leads] .o_stat_value:text(0)",
        },
        {
            content: "Apply it to existing leads",
            trigger: "button[name=action_apply]",
            run: "click",
        },
        {
            content: "Confirm",
            trigger:
                ".modal:contains(All open leads that match now) .btn-primary:text(Apply)",
            run: "click",
        },
        {
            content: "One lead has its points",
            trigger: ".o_notification:contains(selected rules: 1)",
        },
        {
            content: "Open the leads that it matched",
            trigger: "button[name=action_open_leads]:has(.o_stat_value:text(1))",
            run: "click",
        },
        {
            content: "They are shown",
            trigger: ".o_last_breadcrumb_item:contains(Matched Leads)",
        },
        checkLeads("From Belgium"),
        {
            content: "The lead has the score",
            trigger:
                ".o_data_row .o_data_cell[name=score] .o_score_badge_score:text(12.5)",
        },
        goBack("Lives in Belgium"),
        {
            content: "The rule is shown again",
            trigger: ".o_form_view .o_field_widget[name=value]",
        },
        goBack("Scoring Rules"),
        checkRows(rules, [{name: "Lives in Belgium", value: 12.5, lead_count: 1}]),
    ],
});

tours.add("website_crm_score.manager_makes_bad_rule", {
    steps: () => [
        ...openScoringRules(),
        openRow("Lives in Belgium"),
        editCode("[('nonsense', '=', 1)]"),
        {
            content: "The editor does not know the field",
            trigger: `${domain}.o_field_invalid:contains(Invalid domain)`,
        },
        {
            content: "It cannot be saved",
            trigger: ".o_form_button_save:disabled",
        },
        editCode("[('score', '>', 5)]"),
        {
            content: "The editor knows the score",
            trigger: `${domain}:not(.o_field_invalid):contains(Score)`,
        },
        save(),
        {
            content: "The server refuses it, and says why",
            trigger:
                ".modal:contains(The domain of the rule “Lives in Belgium” cannot be used: a rule cannot depend on the score itself)",
        },
        {
            content: "Close the message",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        ...stepUtils.discardForm(),
        {
            content: "The rule is as it was",
            trigger: `${domain}:contains(Country)`,
        },
    ],
});

tours.add("website_crm_score.manager_archives_rule", {
    steps: () => [
        ...openScoringRules(),
        {
            content: "Switch the rule off",
            trigger:
                ".o_data_row:contains(Lives in Belgium) .o_data_cell[name=active] input:checked",
            run: "click",
        },
        {
            content: "It is asked whether these points shall be lost",
            trigger:
                ".modal:contains(lose the points of this rule at once: 1) .btn-primary",
            run: "click",
        },
        {
            content: "It is off",
            trigger:
                ".o_data_row:contains(Lives in Belgium) .o_data_cell[name=active] input:not(:checked)",
        },
        ...openLeads(),
        {
            content: "The lead has lost the points",
            trigger:
                ".o_data_row:contains(From Belgium) .o_data_cell[name=score]:not(:has(.o_score_badge))",
        },
    ],
});

tours.add("website_crm_score.salesperson_only_reads", {
    steps: () => [
        ...openLeads(),
        openRow("From Belgium"),
        {
            content: "The lead can be changed, its score cannot",
            trigger:
                ".o_form_view:has(.o_field_widget[name=name] textarea) .o_field_widget[name=score].o_readonly_modifier:not(:has(input)) .o_score_badge_score:text(12.5)",
        },
        ...checkReasons([{name: "Lives in Belgium", points: "+12.5"}]),
        ...openScoringRules(),
        checkRows(rules, [{name: "Lives in Belgium", value: 12.5, lead_count: 1}]),
        {
            content: "Rules cannot be made",
            trigger: ".o_control_panel:not(:has(.o_list_button_add))",
        },
        {
            content: "Nor switched off, nor moved",
            trigger:
                ".o_data_row:has([name=active] input:disabled):not(:has(.o_row_handle))",
        },
        {
            content: "Select the rule",
            trigger: ".o_data_row .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Nor applied, nor archived, nor deleted",
            trigger:
                ".o_control_panel:has(.o_selection_box):not(:has(button[name=action_apply]))" +
                ":not(:has(.o_cp_action_menus button))",
        },
        {
            content: "Select it no more",
            trigger: ".o_data_row .o_list_record_selector input:checked",
            run: "click",
        },
        {
            content: "Nothing is selected",
            trigger: ".o_control_panel:not(:has(.o_selection_box))",
        },
        openRow("Lives in Belgium"),
        {
            content: "The rule is shown",
            trigger: ".o_form_view .o_field_widget[name=domain]:contains(Belgium)",
        },
        {
            content: "The rule cannot be changed",
            trigger:
                ".o_form_view:has(.o_form_readonly):not(:has(.o_field_widget[name=name] input))" +
                ":not(:has(a:contains(New Condition))):not(:has(button[name=action_apply]))" +
                ":not(:has(.o_form_button_create)):not(:has(.o_cp_action_menus button))",
        },
        {
            content: "Open the leads that it matched",
            trigger: "button[name=action_open_leads]:has(.o_stat_value:text(1))",
            run: "click",
        },
        {
            content: "They are shown",
            trigger: ".o_last_breadcrumb_item:contains(Matched Leads)",
        },
        checkLeads("From Belgium"),
    ],
});
