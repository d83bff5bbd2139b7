import {Component, useState, xml} from "@odoo/owl";
import {ScoreCard} from "./score_card.esm";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {useScoreCard} from "./score_card_hook.esm";

/** The score card of the record of a form. */
export class ScoreCardWidget extends Component {
    static template = xml`
        <ScoreCard
            t-if="state.card"
            card="state.card"
            onOpenReason="(reason) => this.cards.openReason(props.record, reason)"
        />`;
    static components = {ScoreCard};
    static props = {...standardWidgetProps};

    setup() {
        this.cards = useScoreCard();
        this.state = useState({card: null});
        useRecordObserver(async (record) => {
            const {score, score_date: date} = record.data;
            // What is not scored has no card; who reads these has it follow them.
            const isScored = record.resId && (date || score);
            this.state.card = isScored ? await this.cards.load(record) : null;
        });
    }
}

registry.category("view_widgets").add("score_card", {
    component: ScoreCardWidget,
    fieldDependencies: [
        {name: "score", type: "float", readonly: true},
        {name: "score_date", type: "datetime", readonly: true},
    ],
});
