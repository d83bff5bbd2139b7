import {Component} from "@odoo/owl";
import {ScoreCard} from "../score_card/score_card.esm";

/** The strongest reasons of a score, beside its badge. */
export class ScoreCardPopover extends Component {
    static template = "website_crm_score.ScoreCardPopover";
    static components = {ScoreCard};
    static props = {
        card: Object,
        close: {type: Function, optional: true},
        onOpenReason: Function,
        onPointerEnter: Function,
        onPointerLeave: Function,
    };

    openReason(reason) {
        this.props.close?.();
        this.props.onOpenReason(reason);
    }
}
