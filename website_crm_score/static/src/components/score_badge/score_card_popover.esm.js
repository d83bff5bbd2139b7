import {Component, onMounted, useRef} from "@odoo/owl";
import {ScoreCard} from "../score_card/score_card.esm";
import {_t} from "@web/core/l10n/translation";

/** The strongest reasons of a score, beside its badge. */
export class ScoreCardPopover extends Component {
    static template = "website_crm_score.ScoreCardPopover";
    static components = {ScoreCard};
    static props = {
        card: Object,
        close: {type: Function, optional: true},
        id: {type: String, optional: true},
        onOpenReason: Function,
        onPointerEnter: Function,
        onPointerLeave: Function,
    };

    setup() {
        this.root = useRef("root");
        onMounted(() => this.tellReaders(this.root.el));
    }

    /**
     * Give what this is shown in a name, and have screen readers read it: the sheet of
     * phones is made for menus.
     *
     * @param {HTMLElement} el
     */
    tellReaders(el) {
        el.closest("[role=dialog]")?.setAttribute("aria-label", _t("Score"));
        el.closest("[role=menu]")?.setAttribute("role", "document");
    }

    openReason(reason) {
        this.props.close?.();
        this.props.onOpenReason(reason);
    }
}
