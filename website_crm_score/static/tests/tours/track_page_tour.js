import {registerWebsitePreviewTour} from "@website/js/tours/tour_utils";
import {registry} from "@web/core/registry";

const checkbox = ".modal .o_track_page input[type=checkbox]";

function openFromSiteMenu(menu) {
    return [
        {
            content: "Wait for the page, and mark it: saving loads it again",
            trigger: ":iframe body[is-ready=true]:not(.track_page_seen)",
            run() {
                this.anchor.classList.add("track_page_seen");
            },
        },
        {
            content: "Open the Site menu",
            trigger: 'button[data-menu-xmlid="website.menu_site"]',
            run: "click",
        },
        {
            content: `Open ${menu}`,
            trigger: `a[data-menu-xmlid="website.${menu}"]`,
            run: "click",
        },
    ];
}

function save() {
    return [
        {
            content: "Save the dialog",
            trigger: ".modal-footer .btn-primary:contains(Save)",
            run: "click",
        },
        {
            content: "The dialog is closed",
            trigger: "body:not(:has(.modal))",
        },
    ];
}

function tickAndReopen() {
    return [
        ...openFromSiteMenu("menu_optimize_seo"),
        {
            content: "Tick Track Page",
            trigger: `${checkbox}:enabled:not(:checked)`,
            run: "click",
        },
        {
            content: "It is ticked",
            trigger: `${checkbox}:checked`,
        },
        ...save(),
        ...openFromSiteMenu("menu_optimize_seo"),
        {
            content: "It is still ticked",
            trigger: `${checkbox}:enabled:checked`,
        },
    ];
}

registerWebsitePreviewTour(
    "website_crm_score.track_page",
    {url: "/contactus"},
    tickAndReopen
);

registerWebsitePreviewTour("website_crm_score.track_view", {url: "/my"}, tickAndReopen);

registerWebsitePreviewTour(
    "website_crm_score.track_new_page",
    {url: "/track-me"},
    tickAndReopen
);

registerWebsitePreviewTour(
    "website_crm_score.track_page_readonly",
    {url: "/track-me"},
    () => [
        ...openFromSiteMenu("menu_optimize_seo"),
        {
            content: "Track Page is shown ticked, and cannot be changed",
            trigger: `.modal .o_track_page[title*="Only those who"] input:disabled:checked`,
        },
        {
            content: "There is nothing to save",
            trigger: ".modal:not(:has(.modal-footer))",
        },
    ]
);

registerWebsitePreviewTour(
    "website_crm_score.track_page_properties",
    {url: "/track-me"},
    () => [
        ...openFromSiteMenu("menu_page_properties"),
        {
            content: "Switch Track Page on",
            trigger: ".modal [name=track] input:not(:checked)",
            run: "click",
        },
        ...save(),
        ...openFromSiteMenu("menu_page_properties"),
        {
            content: "It is on",
            trigger: ".modal [name=track] input:checked",
        },
    ]
);

registerWebsitePreviewTour(
    "website_crm_score.track_page_report",
    {url: "/track-me"},
    () => [
        ...openFromSiteMenu("menu_page_properties"),
        {
            content: "See what became of the leads that saw the page",
            trigger: ".modal button[name=action_open_page_report]",
            run: "click",
        },
        {
            content: "It is shown in place of the website and of the dialog",
            trigger:
                "body:not(:has(.modal)) .o_last_breadcrumb_item:contains(Pages and Win Rates)",
        },
    ]
);

const pageRow = ".o_data_row:contains(/track-me)";

function actOnPage(action) {
    return [
        {
            content: "Select the page",
            trigger: `${pageRow} .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "Open the Actions menu",
            trigger: ".o_cp_action_menus button:contains(Actions)",
            run: "click",
        },
        {
            content: action,
            trigger: `.o-dropdown--menu .o_menu_item:contains(${action})`,
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("website_crm_score.track_selected_pages", {
    steps: () => [
        {
            content: "The page is not tracked",
            trigger: `${pageRow} .o_data_cell[name=track] input:not(:checked)`,
        },
        ...actOnPage("Track Page"),
        {
            content: "The page is tracked",
            trigger: `${pageRow} .o_data_cell[name=track] input:checked`,
        },
        ...actOnPage("Stop Tracking"),
        {
            content: "The page is no longer tracked",
            trigger: `${pageRow} .o_data_cell[name=track] input:not(:checked)`,
        },
        ...actOnPage("Track Page"),
        {
            trigger: `${pageRow} .o_data_cell[name=track] input:checked`,
        },
        {
            content: "Open the filters",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Keep the pages that are not tracked",
            trigger: ".o_filter_menu .o-dropdown-item:contains(Not tracked)",
            run: "click",
        },
        {
            content: "The page is not among them",
            trigger: `.o_list_view:not(:has(${pageRow}))`,
        },
    ],
});
