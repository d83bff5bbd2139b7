import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const panel = ".o_score_first_steps";

registry.category("web_tour.tours").add("crm_team_assign.first_steps", {
    steps: () => [
        {
            content: "The website's steps and the rule are done, two are to do",
            trigger: `${panel}:has(li:count(5)):has(.fa-check-circle:count(3))`,
        },
        {
            content: "Set a minimum",
            trigger: `${panel} li:contains(Set a Minimum):has(.fa-circle-o) a`,
            run: "click",
        },
        {
            content: "Open the team",
            trigger: ".o_data_row:contains(First Team) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "Write its minimum",
            trigger: ".o_form_view .o_field_widget[name=min_for_assign] input",
            run: "edit 50",
        },
        ...stepUtils.saveForm(),
        {
            content: "Go back to the rules",
            trigger: ".breadcrumb-item:contains(Scoring Rules) a",
            run: "click",
        },
        {
            content: "It is done; try a dry run",
            trigger: `${panel}:has(.fa-check-circle:count(4)) a:contains(Try a Dry Run)`,
            run: "click",
        },
        {
            content: "It says what would happen",
            trigger: ".o_form_view:contains(Nobody would get a lead now)",
        },
        {
            content: "Go back to the rules",
            trigger: ".breadcrumb-item:contains(Scoring Rules) a",
            run: "click",
        },
        {
            content: "The first steps are gone",
            trigger: `.o_list_view:not(:has(${panel})) .o_data_row`,
        },
    ],
});
