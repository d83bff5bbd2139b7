import {deserializeDate, toLocaleDateString} from "@web/core/l10n/dates";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatPoints} from "./points.esm";

const WIDTH = 120;
const HEIGHT = 32;
const MARGIN = 2;

/**
 * Return the corners of a line of steps: a score stays as it is until it changes.
 *
 * @param {number[]} times when the score became what it is
 * @param {number[]} scores what it then was
 * @returns {string} as SVG has points
 */
export function drawSteps(times, scores) {
    const first = times[0];
    const span = times.at(-1) - first || 1;
    const lowest = Math.min(...scores);
    const range = Math.max(...scores) - lowest || 1;
    const corners = [];
    let previous = null;
    times.forEach((time, index) => {
        const x = Math.round(((time - first) / span) * WIDTH);
        const height = ((scores[index] - lowest) / range) * (HEIGHT - 2 * MARGIN);
        const y = Math.round(HEIGHT - MARGIN - height);
        if (previous !== null && previous !== y) {
            corners.push(`${x},${previous}`);
        }
        corners.push(`${x},${y}`);
        previous = y;
    });
    return corners.join(" ");
}

/** What became of a score, day by day. */
export class ScoreSparkline extends Component {
    static template = "website_crm_score.ScoreSparkline";
    // Days, each with the score from then on, the oldest first
    static props = {history: Array};

    setup() {
        this.viewBox = `0 0 ${WIDTH} ${HEIGHT}`;
    }

    get points() {
        return drawSteps(
            this.props.history.map(([date]) => deserializeDate(date).toMillis()),
            this.props.history.map(([, score]) => score)
        );
    }

    get label() {
        const [date, score] = this.props.history[0];
        return _t("Score since %(date)s: from %(first)s to %(last)s", {
            date: toLocaleDateString(deserializeDate(date)),
            first: formatPoints(score),
            last: formatPoints(this.props.history.at(-1)[1]),
        });
    }
}
