import {Component, xml} from "@odoo/owl";

// The same wherever a grade is shown; the letter says it as well.
const COLORS = {A: "text-bg-success", B: "text-bg-warning", C: "text-bg-300"};

/** The pill of a grade, such as A2. */
export class ScoreGrade extends Component {
    static template = xml`
        <span
            class="o_score_grade badge rounded-pill"
            t-att-class="color"
            t-out="props.grade"
        />`;
    static props = {grade: String};

    get color() {
        return COLORS[this.props.grade[0]];
    }
}
