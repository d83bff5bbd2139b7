import {inputFiles} from "@web/../tests/utils";
import {browser} from "@web/core/browser/browser";
import {openScoringRules} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const RULES = {
    format: "website_crm_score.rules",
    version: 1,
    rules: [
        {name: "From Belgium", domain: [["country_id", "=", {xml_id: "base.be"}]]},
        {name: "From Atlantis", domain: [["country_id", "=", {name: "Atlantis"}]]},
        {name: "Sang along", rule_type: "event", event_type: "song"},
    ],
};

const card = (text) => `.modal .o_kanban_record:contains(${text})`;

function chooseFile(name, text) {
    return {
        content: `Choose ${name}`,
        trigger: ".modal .o_field_widget[name=file]:has(input[type=file])",
        async run() {
            const file = new File([text], name, {type: "application/json"});
            await inputFiles(".modal .o_field_widget[name=file] input[type=file]", [
                file,
            ]);
        },
    };
}

const readFile = {
    content: "Read the file",
    trigger: ".modal footer button[name=action_read]",
    run: "click",
};

function openImport() {
    return [
        {
            content: "Open the menu beside the title",
            trigger: ".o_control_panel .o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: "Import rules",
            trigger: ".o-dropdown--menu .o_score_import_menu",
            run: "click",
        },
    ];
}

tours.add("website_crm_score.manager_exports_rules", {
    steps: () => [
        ...openScoringRules(),
        {
            content: "Choose all rules",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Open the menu of actions",
            trigger: ".o_cp_action_menus .dropdown-toggle",
            run: "click",
        },
        {
            content: "Note what is downloaded",
            trigger: ".o-dropdown--menu .o-dropdown-item:contains(Export to a File)",
            run() {
                browser.open = (url) => {
                    document.body.dataset.downloaded = url;
                    return window;
                };
            },
        },
        {
            content: "Export them",
            trigger: ".o-dropdown--menu .o-dropdown-item:contains(Export to a File)",
            run: "click",
        },
        {
            content: "The file is downloaded",
            trigger: 'body[data-downloaded^="/website_crm_score/rules?ids="]',
        },
        {
            content: "The list stays as it was",
            trigger: ".o_list_view .o_data_row:contains(Old friend)",
        },
    ],
});

tours.add("website_crm_score.manager_imports_rules", {
    steps: () => [
        ...openScoringRules(),
        ...openImport(),
        chooseFile("photo.json", "no rules"),
        readFile,
        {
            content: "It says that this is another file",
            trigger: ".modal:contains(This is no file of scoring rules)",
        },
        {
            content: "Close the message",
            trigger:
                ".o_error_dialog footer .btn-primary, .modal footer .o-default-button",
            run: "click",
        },
        {
            content: "Choose another file",
            trigger: ".modal .o_field_widget[name=file] .o_clear_file_button",
            run: "click",
        },
        chooseFile("rules.json", JSON.stringify(RULES)),
        readFile,
        {
            content: "What is missing is told before anything is made",
            trigger:
                ".modal .o_data_row:contains(From Atlantis):contains(“Atlantis” is not here)",
        },
        {
            content: "A rule on what is not known here is left out",
            trigger:
                ".modal .o_data_row:contains(Sang along):contains(not known here) input:not(:checked)",
        },
        {
            content: "Leave out another",
            trigger:
                ".modal .o_data_row:contains(From Atlantis) .o_data_cell[name=is_used] input:checked",
            run: "click",
        },
        {
            content: "It is left out",
            trigger:
                ".modal .o_data_row:contains(From Atlantis) .o_data_cell[name=is_used] input:not(:checked)",
        },
        {
            content: "Import",
            trigger: ".modal footer button[name=action_import]",
            run: "click",
        },
        {
            content: "The new rule is shown, a draft",
            trigger: ".o_action_manager .o_data_row:contains(From Belgium)",
        },
    ],
});

tours.add("website_crm_score.manager_imports_rules_on_the_phone", {
    steps: () => [
        ...openImport(),
        chooseFile("rules.json", JSON.stringify(RULES)),
        readFile,
        {
            content: "Leave out the one of which something is missing",
            trigger: `${card("From Atlantis")}:contains(is not here) .o_field_widget[name=is_used] input:checked`,
            run: "click",
        },
        {
            content: "It is left out",
            trigger: `${card("From Atlantis")} .o_field_widget[name=is_used] input:not(:checked)`,
        },
        {
            content: "Import",
            trigger: ".modal footer button[name=action_import]",
            run: "click",
        },
        {
            content: "The new rule is shown, a draft",
            trigger: ".o_kanban_record:contains(From Belgium):contains(Draft)",
        },
    ],
});
