import {beginWithTemplate, openRow, openScoringRules} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const lookAtSwitchingOff = [
    {
        content: "Ask what to switch it off would do",
        trigger: ".modal .o_field_widget[name=scenario] label:contains(Switch Off)",
        run: "click",
    },
    {
        content: "The lead loses its points",
        trigger: ".modal tr:contains(From Belgium) strong:text(0)",
    },
];

tours.add("website_crm_score.manager_previews_rule", {
    steps: () => [
        ...openScoringRules(),
        openRow("Lives in Belgium"),
        {
            content: "Give other points, without saving it",
            trigger: ".o_field_widget[name=value] input",
            run: "edit 30 && press Tab",
        },
        {
            content: "Ask what it would do",
            trigger: ".o_score_preview",
            run: "click",
        },
        {
            content: "It tells how many scores change",
            trigger:
                ".modal .o_field_widget[name=result_html]:contains(1 of 2 open leads)",
        },
        {
            content: "It names the lead",
            trigger: ".modal tr:contains(From Belgium):contains(12.50):contains(30)",
        },
        ...lookAtSwitchingOff,
        {
            content: "Close it",
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            content: "The rule is still not saved",
            trigger: "body:not(:has(.modal)) .o_form_button_cancel",
            run: "click",
        },
        {
            content: "Its points are what they were",
            trigger: ".o_field_widget[name=value] input:value(12.5)",
        },
    ],
});

const isCounting = {
    content: "There is much to count: it goes on",
    trigger: ".modal [role=status]:contains(goes on while you wait)",
};
const isClosed = {content: "It is closed", trigger: "body:not(:has(.modal))"};

tours.add("website_crm_score.manager_closes_preview_that_counts", {
    steps: () => [
        ...openScoringRules(),
        openRow("Lives in Belgium"),
        {
            content: "Ask what it would do",
            trigger: ".o_score_preview",
            run: "click",
        },
        isCounting,
        {
            content: "Close it meanwhile",
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        isClosed,
        {
            content: "Give other points",
            trigger: ".o_field_widget[name=value] input",
            run: "edit 30 && press Tab",
        },
        {
            content: "Ask again",
            trigger: ".o_score_preview",
            run: "click",
        },
        isCounting,
        {
            content: "It tells of the other points, and counts no more",
            trigger:
                ".modal:not(:has([role=status])) tr:contains(From Belgium):contains(12.50):contains(30)",
        },
        ...lookAtSwitchingOff,
        {
            content: "Close it by its cross",
            trigger: ".modal header .btn-close",
            run: "click",
        },
        isClosed,
        {
            content: "The rule is still not saved",
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            content: "Its points are what they were",
            trigger: ".o_field_widget[name=value] input:value(12.5)",
        },
    ],
});

const switchTemplateOn = (...whileItIsCounted) => [
    ...openScoringRules(),
    ...beginWithTemplate("negative"),
    {
        content: "It is shown what it is made of",
        trigger: ".modal .o_field_widget[name=rule_names]:contains(free mailbox: -5)",
    },
    {
        content: "Make the rules",
        trigger: ".modal button[name=action_create_rules]",
        run: "click",
    },
    {
        content: "They are switched off, and say what they are for",
        trigger:
            ".o_data_row:contains(Writes from a free mailbox):contains(gmail.com) .o_data_cell[name=active] input:not(:checked)",
    },
    {
        content: "Select all of them",
        trigger: "thead .o_list_record_selector input",
        run: "click",
    },
    {
        content: "Ask what they would do",
        trigger: "button:contains(What They Would Do)",
        run: "click",
    },
    ...whileItIsCounted,
    {
        content: "One lead would lose points",
        trigger:
            ".modal .o_field_widget[name=result_html] tr:contains(Free lead):contains(5)",
    },
    {
        content: "Switch them on",
        trigger: ".modal footer button[name=action_switch_on]",
        run: "click",
    },
    {
        content: "They are on",
        trigger:
            "body:not(:has(.modal)) .o_data_row:contains(Writes from a free mailbox) .o_data_cell[name=active] input:checked",
    },
];

tours.add("website_crm_score.manager_switches_template_on", {
    steps: () => switchTemplateOn(),
});

tours.add("website_crm_score.manager_switches_on_what_takes_long_to_count", {
    steps: () =>
        switchTemplateOn(isCounting, {
            content: "Nothing is switched on before it is known what it would do",
            trigger:
                ".modal:has([role=status]) footer:not(:has(button[name=action_switch_on]))",
        }),
});

tours.add("website_crm_score.manager_archives_rule_by_its_form", {
    steps: () => [
        ...openScoringRules(),
        openRow("Lives in Belgium"),
        {
            content: "Open the actions",
            trigger: ".o_form_view .o_cp_action_menus .o-dropdown",
            run: "click",
        },
        {
            content: "Archive it",
            trigger: ".o_menu_item:contains(Archive)",
            run: "click",
        },
        {
            content: "It is asked whether these points shall be lost",
            trigger:
                ".modal:contains(lose the points of this rule at once: 1) .btn-primary",
            run: "click",
        },
        {
            content: "It is archived",
            trigger: "body:not(:has(.modal)) .o_form_view .ribbon:contains(Archived)",
        },
    ],
});
