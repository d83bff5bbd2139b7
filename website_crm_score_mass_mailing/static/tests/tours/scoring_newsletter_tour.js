import {
    beginWithTemplate,
    checkReasons,
    choose,
    goBack,
    openLeads,
    openRow,
    openScoringRules,
    readEmptyReport,
    readReport,
    readReportOnPhone,
    switchOn,
    write,
} from "@website_crm_score/../tests/tours/scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

function pick(name, text, label) {
    return [
        {
            content: `Look for ${text}`,
            trigger: `.o_field_widget[name=${name}] input`,
            run: `edit ${text}`,
        },
        {
            content: `Pick ${label}`,
            trigger: `.o-autocomplete--dropdown-item:contains(${label})`,
            run: "click",
        },
    ];
}

function applyToLeads() {
    return [
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
    ];
}

function checkReason(name, reason) {
    return [...openLeads(), openRow(name), ...checkReasons([reason])];
}

const tours = registry.category("web_tour.tours");

tours.add("website_crm_score_mass_mailing.marketer_scores_clicks", {
    steps: () => [
        ...openScoringRules(),
        {
            content: "Make a rule",
            trigger: ".o_list_button_add",
            run: "click",
        },
        write("name", "Clicked the prices"),
        write("value", "5"),
        {
            content: "Look at what happens",
            trigger: ".o_field_widget[name=rule_type] input[data-value=event]",
            run: "click",
        },
        ...choose("event_type", "Newsletter not opened"),
        {
            content: "The number of days is asked for, and no link",
            trigger:
                ".o_form_view:has(.o_field_widget[name=ignored_days]):not(:has(.o_field_widget[name=link_match]))",
        },
        ...choose("event_type", "Link in a newsletter clicked"),
        ...choose("mailing_match", "The newsletter is"),
        ...pick("mailing_id", "Spring", "Spring news"),
        ...choose("link_match", "The link is"),
        ...pick("link_id", "/prices", "https://company.example/prices"),
        ...stepUtils.saveForm(),
        {
            content: "The link is shown by where it leads to",
            trigger:
                ".o_field_widget[name=link_id] input:value(https://company.example/prices)",
        },
        ...applyToLeads(),
        ...checkReason("Ann", {
            name: "Clicked the prices",
            points: "+5",
        }),
    ],
});

tours.add("website_crm_score_mass_mailing.marketer_uses_template", {
    steps: () => [
        ...openScoringRules(),
        ...beginWithTemplate("newsletter"),
        {
            content: "What it is made of is shown",
            trigger:
                ".modal .o_field_widget[name=rule_names]:contains(Did not open a newsletter in 30 days: -2)",
        },
        {
            content: "Make the rules",
            trigger: ".modal button[name=action_create_rules]",
            run: "click",
        },
        openRow("packages and prices"),
        write("link_url", "/prices"),
        ...stepUtils.saveForm(),
        goBack("New Rules"),
        {
            content: "The list is up to date",
            trigger: ".o_data_row:contains(packages and prices):contains(/prices)",
        },
        ...switchOn("Opened a newsletter"),
        ...switchOn("Did not open a newsletter"),
        ...switchOn("our solution"),
        ...switchOn("packages and prices"),
        openRow("packages and prices"),
        ...applyToLeads(),
        ...checkReason("Ann", {
            name: "Clicked a link to packages and prices",
            points: "+5",
        }),
    ],
});

tours.add("website_crm_score_mass_mailing.marketer_reads_report", {
    steps: () =>
        readReport("Newsletters", {
            has: ["Spring news", "clicked"],
            field: "mailing_id",
            title: "Spring news",
            lead: "Ann",
        }),
});

tours.add("website_crm_score_mass_mailing.marketer_reads_empty_report", {
    steps: () => readEmptyReport("Newsletters", "No lead got a newsletter yet"),
});

tours.add("website_crm_score_mass_mailing.marketer_reads_report_on_phone", {
    steps: () =>
        readReportOnPhone({
            has: ["Spring news", "clicked"],
            title: "Spring news",
            lead: "Ann",
        }),
});

tours.add("website_crm_score_mass_mailing.marketer_reads_empty_report_on_phone", {
    steps: () => [
        {
            content: "It says what it will be about",
            trigger: ".o_view_nocontent:contains(No lead got a newsletter yet)",
        },
    ],
});
