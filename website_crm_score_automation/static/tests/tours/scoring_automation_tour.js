import {openLeadsManagement} from "@website_crm_score/../tests/tours/scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

registry
    .category("web_tour.tours")
    .add("website_crm_score_automation.admin_adapts_an_example", {
        steps: () => [
            ...openLeadsManagement(
                "Automation Rules",
                "website_crm_score_automation.base_automation_menu"
            ),
            {
                content: "Nothing is filtered",
                trigger: ".o_searchview:not(:has(.o_searchview_facet))",
            },
            {
                content: "See that it is an example, and nothing that was archived",
                trigger:
                    ".o_kanban_record:contains(below a score of 50):has(.badge:text(Example)):not(:has(.ribbon))",
            },
            {
                content: "Open the example of leads that stay cold",
                trigger: ".o_kanban_record:contains(below a score of 50 for 3 days)",
                run: "click",
            },
            {
                content: "See that it is switched off",
                trigger: ".o_form_view .ribbon:contains(Example)",
            },
            {
                content: "Choose another level",
                trigger: ".o_field_widget[name=score_level] input",
                run: "edit 40",
            },
            ...stepUtils.saveForm(),
            {
                content: "Switch it on",
                trigger: "button[name=action_unarchive]:contains(Switch On)",
                run: "click",
            },
            {
                content: "See that it is switched on, with its level",
                trigger: ".o_form_view:not(:has(.ribbon:contains(Example)))",
            },
        ],
    });
