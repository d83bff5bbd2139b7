import {registry} from "@web/core/registry";

function openMore(trigger) {
    return {content: "Open the other buttons", trigger, run: "click"};
}

function press(text, trigger) {
    return {content: text, trigger, run: "click"};
}

const closed = "body:not(:has(.modal))";

registry.category("web_tour.tours").add("website_crm_score.manager_on_the_phone", {
    steps: () => [
        openMore(".o_control_panel button.o-control-panel-adaptive-dropdown"),
        press("Templates", ".o-dropdown--menu button:contains(Templates)"),
        press(
            "Choose one",
            ".modal .o_field_widget[name=template] input[data-value=negative]"
        ),
        {
            content: "It is shown what it is made of",
            trigger:
                ".modal .o_field_widget[name=rule_names]:contains(No reply in 30 days)",
        },
        press("Make the rules", ".modal button[name=action_create_rules]"),
        press(
            "Open one, a draft",
            `${closed} .o_kanban_record:contains(Writes from a free mailbox):contains(Draft)`
        ),
        press("Ask what it would do", ".o_form_view button.o_score_preview"),
        {
            content: "One lead would lose points",
            trigger: ".modal [name=result_html] tr:contains(Free lead):contains(5)",
        },
        press("Close it", ".modal footer button:contains(Close)"),
        openMore(
            `${closed} .o_statusbar_buttons button.dropdown-toggle, ${closed} .o_statusbar_buttons button:has(.oi-ellipsis-v)`
        ),
        press("Test it", ".o-dropdown--menu button.o_score_test"),
        {
            content: "A lead is asked for",
            trigger: ".modal .o_field_widget[name=lead_id]",
        },
    ],
});
