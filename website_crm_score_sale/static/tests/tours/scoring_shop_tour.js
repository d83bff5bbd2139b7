import {
    beginWithTemplate,
    checkRows,
    goBack,
    openRow,
    openScoringRules,
    readEmptyReport,
    readReport,
    readReportOnPhone,
    switchOn,
} from "@website_crm_score/../tests/tours/scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

tours.add("website_crm_score_sale.marketer_uses_template", {
    steps: () => [
        ...openScoringRules(),
        ...beginWithTemplate("website"),
        {
            content: "It has a rule on purchases",
            trigger:
                ".modal .o_field_widget[name=rule_names]:contains(Bought something: +100)",
        },
        {
            content: "Make the rules",
            trigger: ".modal button[name=action_create_rules]",
            run: "click",
        },
        checkRows(".o_list_view", [
            {name: "Visited a page", value: 1},
            {name: "Looked at the prices", value: 10},
            {name: "Came back after a week", value: 5},
            {name: "Sent a form", value: 20},
            {name: "Put a product into the cart", value: 15},
            {name: "Bought something", value: 100},
        ]),
        openRow("Put a product into the cart"),
        {
            content: "How long a cart is left is asked for other rules",
            trigger:
                ".o_form_view:has(.o_field_widget[name=amount_unit]):not(:has(.o_field_widget[name=cart_hours]))",
        },
        {
            content: "Look for a category of the shop",
            trigger: ".o_field_widget[name=public_categ_id] input",
            run: "edit WS Tools",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item:contains(WS Tools)",
            run: "click",
        },
        {
            content: "Leave out what is cheap",
            trigger: ".o_field_widget[name=min_amount] input",
            run: "edit 50",
        },
        ...stepUtils.saveForm(),
        goBack("New Rules"),
        {
            content: "The list is up to date",
            trigger: ".o_data_row:contains(WS Tools):contains(50 or more)",
        },
        ...switchOn("Visited a page"),
        ...switchOn("Put a product into the cart"),
        ...switchOn("Bought something"),
        openRow("Bought something"), // once it is saved
        {
            content: "It is saved as switched on",
            trigger: ".o_form_view .o_last_breadcrumb_item:contains(Bought something)",
        },
    ],
});

const event = ".modal .o_score_event";

tours.add("website_crm_score_sale.marketer_tests_rule_on_lead", {
    steps: () => [
        ...openScoringRules(),
        openRow("Bought for 50"),
        {
            content: "Test it",
            trigger: ".o_score_test",
            run: "click",
        },
        {
            content: "Choose a lead",
            trigger: ".modal .o_field_widget[name=lead_id] input",
            run: "edit Carla",
        },
        {
            content: "It is found",
            trigger: ".o-autocomplete--dropdown-item a:contains(Carla)",
            run: "click",
        },
        {
            content: "The rule matches, by one order",
            trigger: `.modal summary:has(.fa-check):contains(Bought for 50):has(.badge:text(+100))`,
        },
        {
            content: "It is told which order counts",
            trigger: `${event}:has(.fa-check):contains(counts)`,
        },
        {
            content: "And which does not, as it was too small",
            trigger: `${event}:has(.fa-times):contains(too small an amount)`,
        },
        {
            content: "And which was not made on the website",
            trigger: `${event}:has(.fa-times):contains(no order of the website)`,
        },
        {
            content: "Each once",
            trigger: `.modal tbody:has(.o_score_event:count(3))`,
        },
        {
            content: "Close it",
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            content: "It is closed",
            trigger: "body:not(:has(.modal))",
        },
    ],
});

tours.add("website_crm_score_sale.marketer_reads_report", {
    steps: () =>
        readReport("Products", {
            has: ["Tool", "Purchase"],
            field: "product_tmpl_id",
            title: "Tool",
            lead: "Carla",
        }),
});

tours.add("website_crm_score_sale.marketer_reads_empty_report", {
    steps: () => readEmptyReport("Products", "No lead put a product into the cart yet"),
});

tours.add("website_crm_score_sale.marketer_reads_report_on_phone", {
    steps: () =>
        readReportOnPhone({
            has: ["Tool", "Purchase"],
            title: "Tool",
            lead: "Carla",
        }),
});

tours.add("website_crm_score_sale.marketer_reads_empty_report_on_phone", {
    steps: () => [
        {
            content: "It says what it will be about",
            trigger:
                ".o_view_nocontent:contains(No lead put a product into the cart yet)",
        },
    ],
});
