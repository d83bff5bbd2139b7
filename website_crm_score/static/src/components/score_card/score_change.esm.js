import {Component} from "@odoo/owl";
import {formatChange} from "./points.esm";

/** How much a score rose or fell, with an arrow: the colour is not all that tells. */
export class ScoreChange extends Component {
    static template = "website_crm_score.ScoreChange";
    static props = {change: Number};

    get arrow() {
        return this.props.change < 0
            ? "oi-arrow-down-right text-danger"
            : "oi-arrow-up-right text-success";
    }

    get text() {
        return formatChange(this.props.change);
    }
}
