import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("website_crm_score.manager_sees_next_run", {
    steps: () => [
        {
            content: "The next run is told beside the button",
            trigger:
                ".o_control_panel:has(button[name=action_run_now]) .o_score_next_run:contains(/Next run: .*\\d/)",
        },
        {
            content: "A run of contacts says that it was of contacts",
            trigger: ".o_data_row [name=apply_to]:text(Contacts)",
        },
    ],
});
