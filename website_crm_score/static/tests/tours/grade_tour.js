import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const setting = (name, value) =>
    `#website_crm_score_grades [name=website_crm_score_${name}] input:value(${value})`;
const cell = (row, column, text) =>
    `.modal tbody tr:eq(${row}) td:eq(${column}):contains(${text})`;

tours.add("website_crm_score.administrator_uses_proposed_grades", {
    steps: () => [
        {
            content: "What is set is shown",
            trigger: setting("grade_a", 50),
        },
        {
            content: "Have thresholds proposed",
            trigger: "#website_crm_score_grades button:contains(Propose from My Leads)",
            run: "click",
        },
        {
            content: "The best fifth is to be A",
            trigger: ".modal [name=grade_a] input:value(40)",
        },
        {
            content: "It says how many would be the best, and how many are now",
            trigger: cell(0, 0, "A1: 2"),
        },
        {
            content: "Of which there is none",
            trigger: cell(0, 0, "now 0"),
        },
        {
            content: "Nothing of the table is cut off",
            trigger: ".modal table",
            run() {
                const {right} = this.anchor.getBoundingClientRect();
                if (right > window.innerWidth) {
                    throw new Error(`${right} px do not fit`);
                }
            },
        },
        {
            content: "Choose another one",
            trigger: ".modal [name=grade_a] input",
            run: "edit 35 && press Tab",
        },
        {
            content: "The table follows",
            trigger: cell(0, 1, "A2: 1"),
        },
        {
            content: "Use these",
            trigger: ".modal-footer button:contains(Use These)",
            run: "click",
        },
        {
            content: "They are what is set",
            trigger: `body:not(:has(.modal)) ${setting("grade_a", 35)}`,
        },
    ],
});
