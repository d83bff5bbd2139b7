import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const message = ".o-mail-Message:contains(There is news of a lead of yours)";

function readNews() {
    return [
        {
            content: "The message says which lead, how it changed and why",
            trigger: `${message}:contains(C3 → C1):contains(60 (+60)):contains(Saw the prices)`,
        },
        {
            content: "Open the lead",
            trigger: `${message} a:contains(Big deal)`,
            run: "click",
        },
        {
            content: "It is shown",
            trigger:
                ".o_form_view:has([name=name]:contains(Big deal)), .o_form_view .o_field_widget[name=name] textarea:value(Big deal)",
        },
    ];
}

tours.add("website_crm_score.salesperson_is_told", {steps: readNews});
