import {
    checkReasons,
    checkRows,
    goBack,
    openLeads,
    openRow,
} from "./scoring_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");
const note = ".o-mail-Message:contains(Pages seen on the website)";

function goToPage(url, text) {
    return [
        stepUtils.goToUrl(url),
        {
            content: `${url} is shown`,
            trigger: `main:contains(${text})`,
        },
    ];
}

function fillIn(name, value) {
    return {
        content: `Fill in ${name}`,
        trigger: `.s_website_form [name=${name}]`,
        run: `edit ${value}`,
    };
}

tours.add("website_crm_score.visitor_sends_form", {
    steps: () => [
        {
            content: "The first page is shown",
            trigger: "main:contains(track-me)",
        },
        ...goToPage("/not-tracked", "not-tracked"),
        ...goToPage("/track-too#there", "track-too"),
        ...goToPage("/track-me?utm_whatever=2", "track-me"),
        stepUtils.goToUrl("/contactus"),
        fillIn("contact_name", "Vera Visitor"),
        fillIn("phone", "+32 485 118 218"),
        fillIn("email_from", "vera@visitor.example"),
        fillIn("partner_name", "Visitors"),
        fillIn("name", "Tour of the site"),
        fillIn("description", "How much is it?"),
        {
            content: "Send the form",
            trigger: ".s_website_form_send",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The site says thanks",
            trigger: "#wrap h1:contains(Thank You!)",
        },
    ],
});

tours.add("website_crm_score.visitor_comes_back", {
    steps: () => [
        {
            content: "The new page is shown",
            trigger: "main:contains(track-again)",
        },
        ...goToPage("/track-me", "track-me"),
    ],
});

function checkLead({score, pages, notes}) {
    return [
        ...openLeads(),
        {
            content: "The list shows the score",
            trigger: `.o_data_row:contains(Tour of the site) .o_data_cell[name=score] .o_score_badge_score:text(${score})`,
        },
        openRow("Tour of the site"),
        {
            content: "The form shows the score",
            trigger: `.o_form_view .o_field_widget[name=score] .o_score_badge_score:text(${score})`,
        },
        {
            content: "The button tells how many pages were seen",
            trigger: `button[name=action_redirect_to_page_views]:contains(Pages Seen) .o_stat_value:text(${pages})`,
        },
        {
            content: "There is one note for each time that new pages were seen",
            trigger: `.o-mail-Chatter:has(${note}:count(${notes}))`,
        },
    ];
}

tours.add("website_crm_score.salesperson_reads_lead", {
    steps: () => [
        ...checkLead({score: 18, pages: 3, notes: 1}),
        {
            content: "The note links the tracked pages, without the query string",
            trigger:
                `${note}:has(a[href$="/track-me"]:text("track-me"))` +
                `:has(a[href$="/track-too"]):not(:contains(not-tracked))`,
        },
        ...checkReasons([
            {name: "Writes from afar", points: "-2"},
            {name: "Saw the first page", points: "+20"},
        ]),
        {
            content: "Open the page views",
            trigger: "button[name=action_redirect_to_page_views]",
            run: "click",
        },
        checkRows(".o_list_view", [
            {title: "Contact Us", view_count: 1},
            {title: "track-me", view_count: 2},
            {title: "track-too", view_count: 1},
        ]),
        {
            content: "Open the graph",
            trigger: ".o_switch_view.o_graph",
            run: "click",
        },
        {
            content: "The graph is drawn",
            trigger: ".o_graph_view .o_graph_canvas_container canvas",
        },
        {
            content: "Open the pivot table",
            trigger: ".o_switch_view.o_pivot",
            run: "click",
        },
        {
            content: "The pivot table counts the views of each page",
            trigger:
                ".o_pivot tbody:has(tr:contains(/track-me):contains(2))" +
                ":has(tr:contains(/track-too):contains(1))",
        },
        goBack("Tour of the site"),
        {
            content: "The lead is shown again",
            trigger: ".o_form_view .o_field_widget[name=score]",
        },
    ],
});

tours.add("website_crm_score.salesperson_sees_return", {
    steps: () => [
        ...checkLead({score: 25.5, pages: 4, notes: 2}),
        {
            content: "The new note has the new page only",
            trigger: `${note}:has(a[href$="/track-again"]):not(:contains(track-me)):not(:contains(track-too))`,
        },
        ...checkReasons([
            {name: "Came back", points: "+7.5"},
            {name: "Writes from afar", points: "-2"},
            {name: "Saw the first page", points: "+20"},
        ]),
    ],
});
