import {stepUtils} from "@web_tour/tour_utils";

export function openLeads() {
    return [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
        {
            content: "Open Leads",
            trigger: '[data-menu-xmlid="crm.crm_menu_leads"]',
            run: "click",
        },
        {
            content: "The leads are shown",
            trigger: ".o_last_breadcrumb_item:contains(Leads)",
        },
    ];
}

/**
 * Return the steps that open an item of a menu, where the CRM is open.
 *
 * @param {string} menu its xmlid
 * @param {string} name of the item
 * @param {string} xmlid of the item
 */
export function openMenuItem(menu, name, xmlid) {
    return [
        {
            content: `Open the menu of ${name}`,
            trigger: `button[data-menu-xmlid="${menu}"]`,
            run: "click",
        },
        {
            content: `Open ${name}`,
            trigger: `a[data-menu-xmlid="${xmlid}"]`,
            run: "click",
        },
        {
            content: `${name} is shown`,
            trigger: `.o_last_breadcrumb_item:text(${name})`,
        },
    ];
}

/**
 * Return the steps that open an item of CRM ‣ Leads Management.
 *
 * @param {string} name of the item
 * @param {string} xmlid of the item
 */
export function openLeadsManagement(name, xmlid) {
    const menu = "website_crm_score.website_crm_score_menu_root";
    return [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
        ...openMenuItem(menu, name, xmlid),
    ];
}

export function openScoringRules() {
    return openLeadsManagement(
        "Scoring Rules",
        "website_crm_score.website_crm_score_menu"
    );
}

/**
 * Return the steps that open a report, from anywhere in the CRM.
 *
 * @param {string} name of the item of CRM ‣ Reporting ‣ Lead Scoring
 */
export function openReport(name) {
    return [
        {
            content: "Open the reports",
            trigger: ".o_menu_sections button:contains(Reporting)",
            run: "click",
        },
        {
            content: `Open ${name}`,
            trigger: `.dropdown-menu .dropdown-item:contains(/^${name}$/)`,
            run: "click",
        },
    ];
}

/**
 * Return the steps that choose a template among those of the list of rules.
 *
 * @param {string} template the key
 */
export function beginWithTemplate(template) {
    return [
        {
            content: "Begin with a template",
            trigger: ".o_control_panel button:contains(Templates)",
            run: "click",
        },
        {
            content: `Choose ${template}`,
            trigger: `.modal .o_field_widget[name=template] input[data-value=${template}]`,
            run: "click",
        },
    ];
}

export function openRow(text) {
    return {
        content: `Open ${text}`,
        trigger: `.o_data_row:contains(${text}) .o_data_cell[name=name]`,
        run: "click",
    };
}

/**
 * Return the step that waits for these rows and no other, in any order.
 *
 * @param {string} list the selector of the list
 * @param {object[]} rows the text of each row's cells; numbers as they are shown
 */
export function checkRows(list, rows) {
    const having = rows.map((row) => {
        const cells = Object.entries(row).map(([name, value]) => {
            const match = typeof value === "number" ? "text" : "contains";
            return `:has(.o_data_cell[name=${name}]:${match}("${value}"))`;
        });
        return `:has(.o_data_row${cells.join("")})`;
    });
    return {
        content: `The rows are ${JSON.stringify(rows)}`,
        trigger: `${list} tbody${having.join("")}:has(.o_data_row:count(${rows.length}))`,
    };
}

/**
 * Return the step that waits for the list of these leads and no other, in this order.
 *
 * @param {...string} names their names
 */
export function checkLeads(...names) {
    const having = names.map(
        (name, index) => `:has(.o_data_row:nth-child(${index + 1}):contains(${name}))`
    );
    return {
        content: `The leads are ${names.join(", ")}`,
        trigger: `.o_list_view tbody${having.join("")}:has(.o_data_row:count(${names.length}))`,
    };
}

/**
 * Return the steps that open from a report what happened to the one lead of a row.
 *
 * @param {string} report its name
 * @param {object} row
 * @param {string[]} row.has words that are in it
 * @param {string} row.field which is clicked
 * @param {string} row.title of what opens
 * @param {string} row.lead the name of the lead
 */
export function readReport(report, {has, field, title, lead}) {
    const words = has.map((text) => `:contains(${text})`).join("");
    return [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
        ...openReport(report),
        {
            content: `It happened to one lead: open it by ${field}`,
            trigger: `.o_data_row${words}:has([name=lead_count]:text(1)) [name=${field}]`,
            run: "click",
        },
        {
            content: "It is under the name of what it was about",
            trigger: `.o_last_breadcrumb_item:contains(${title})`,
        },
        checkLeads(lead),
    ];
}

/**
 * Return the steps that do so on a phone, where the report is open, of cards.
 */
export function readReportOnPhone({has, title, lead}) {
    const words = has.map((text) => `:contains(${text})`).join("");
    return [
        {
            content: "It happened to one lead: it is within the phone",
            trigger: `.o_kanban_record${words}:contains(/Leads\\s*1/)`,
            run({anchor}) {
                const content = anchor.closest(".o_content");
                if (content.scrollWidth > content.clientWidth) {
                    throw new Error("The card is wider than the phone");
                }
            },
        },
        {
            content: "Open it",
            trigger: `.o_kanban_record${words}`,
            run: "click",
        },
        {
            content: "It is under the name of what it was about",
            trigger: `.o_breadcrumb:contains(${title})`,
        },
        {
            content: `The lead is ${lead}`,
            trigger: `.o_kanban_renderer:has(.o_kanban_record:contains(${lead})):has(.o_kanban_record:not(.o_kanban_ghost):count(1))`,
        },
    ];
}

/**
 * Return the steps that open a report without rows.
 *
 * @param {string} report its name
 * @param {string} words that it says instead
 */
export function readEmptyReport(report, words) {
    return [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
        ...openReport(report),
        {
            content: "It says what it will be about",
            trigger: `.o_view_nocontent:contains(${words})`,
        },
    ];
}

/**
 * Return the steps that open the Score tab of a form and wait for these reasons.
 *
 * @param {object[]} reasons `name`, `points` as they are shown, and perhaps `times`
 */
export function checkReasons(reasons) {
    const having = reasons.map(({name, points, times}) => {
        const details = times ? `:contains("${times} times")` : "";
        return `:has(.o_score_reason:contains("${name}")${details}:has(.o_score_reason_points:text("${points}")))`;
    });
    return [
        {
            content: "Open the Score tab",
            trigger: ".o_notebook a[name=score]",
            run: "click",
        },
        {
            content: `The reasons are ${JSON.stringify(reasons)}`,
            trigger: `.o_form_view .o_score_card${having.join("")}:has(.o_score_reason:count(${reasons.length}))`,
        },
    ];
}

export function goBack(name) {
    return {
        content: `Go back to ${name}`,
        trigger: `.o_breadcrumb a:contains(${name}), .o_back_button:contains(${name})`,
        run: "click",
    };
}

export function write(name, value) {
    return {
        content: `Write ${value} as ${name}`,
        trigger: `.o_field_widget[name=${name}] input`,
        run: `edit ${value}`,
    };
}

export function choose(name, label) {
    return [
        {
            content: `Open the choices of ${name}`,
            trigger: `.o_field_widget[name=${name}] input`,
            run: "click",
        },
        {
            content: `Choose ${label}`,
            trigger: `.o_select_menu_item:contains(${label})`,
            run: "click",
        },
    ];
}

export function switchOn(text) {
    const toggle = `.o_data_row:contains(${text}) .o_data_cell[name=active] input`;
    return [
        {
            content: `${text} is switched off; switch it on`,
            trigger: `${toggle}:not(:checked)`,
            run: "click",
        },
        {
            content: `${text} is switched on`,
            trigger: `${toggle}:checked`,
        },
    ];
}
