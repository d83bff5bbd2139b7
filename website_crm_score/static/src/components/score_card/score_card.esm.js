import {deserializeDateTime, toLocaleDateString} from "@web/core/l10n/dates";
import {formatChange, formatPoints} from "./points.esm";
import {Component} from "@odoo/owl";
import {ScoreChange} from "./score_change.esm";
import {ScoreGrade} from "./score_grade.esm";
import {ScoreSparkline} from "./score_sparkline.esm";
import {_t} from "@web/core/l10n/translation";

/**
 * Why a lead or contact has its score, and how good that is: what `get_score_card`
 * says, on the page of the score and in a popover alike.
 */
export class ScoreCard extends Component {
    static template = "website_crm_score.ScoreCard";
    static components = {ScoreChange, ScoreGrade, ScoreSparkline};
    static props = {
        card: Object,
        // The strongest reasons only, in one list
        isBrief: {type: Boolean, optional: true},
        onOpenReason: Function,
    };

    setup() {
        this.formatPoints = formatPoints;
        this.formatChange = formatChange;
    }

    get parts() {
        const {card} = this.props;
        return [
            {
                name: "engagement",
                title: _t("Engagement"),
                help: _t("What they do"),
                points: card.engagement,
                largest: card.engagement_max,
                total: card.engagement_points,
            },
            {
                name: "fit",
                title: _t("Fit"),
                help: _t("Who they are"),
                points: card.fit,
                largest: card.fit_max,
                total: card.fit_points,
            },
        ];
    }

    get groups() {
        const {card, isBrief} = this.props;
        if (isBrief) {
            return [{name: "all", reasons: card.reasons}];
        }
        return this.parts.map((part) => ({
            ...part,
            limit: this.getLimit(part),
            reasons: card.reasons.filter(({category}) => category === part.name),
        }));
    }

    /** What does not count of the reasons, where these are in one list. */
    get limits() {
        const parts = this.props.isBrief ? this.parts : [];
        return parts.map((part) => this.getLimit(part)).filter(Boolean);
    }

    /**
     * That the reasons add up to more than the largest value, and how much counts.
     *
     * @param {object} part
     * @returns {string}
     */
    getLimit(part) {
        const {name, largest, total} = part;
        if (!largest || total <= largest) {
            return "";
        }
        const values = {points: formatPoints(total), largest: formatPoints(largest)};
        if (!this.props.isBrief) {
            return _t("%(points)s points, %(largest)s count", values);
        }
        return name === "fit"
            ? _t("Fit: %(points)s points, %(largest)s count", values)
            : _t("Engagement: %(points)s points, %(largest)s count", values);
    }

    get goals() {
        const {card} = this.props;
        const goals = card.next_grades.map(({category, grade, points}) => {
            const values = {points: formatPoints(points), grade};
            return {
                name: grade,
                isReached: false,
                text:
                    category === "fit"
                        ? _t("%(points)s more fit points make it %(grade)s", values)
                        : _t(
                              "%(points)s more engagement points make it %(grade)s",
                              values
                          ),
            };
        });
        if (card.minimum) {
            const {name, points} = card.minimum;
            const missing = points - card.score;
            const values = {team: name, points: formatPoints(points)};
            goals.unshift({
                name: "minimum",
                isReached: missing <= 0,
                text:
                    missing <= 0
                        ? _t("Reaches the minimum of %(team)s: %(points)s", values)
                        : _t("%(missing)s below the minimum of %(team)s: %(points)s", {
                              ...values,
                              missing: formatPoints(missing),
                          }),
            });
        }
        return goals;
    }

    get hidden() {
        const {card} = this.props;
        const count = card.reason_count - card.reasons.length;
        if (count <= 0) {
            return "";
        }
        return count === 1 ? _t("1 more reason") : _t("%s more reasons", count);
    }

    /**
     * How often the reason was given, and when.
     *
     * @param {object} reason
     * @returns {string[]}
     */
    getDetails(reason) {
        const details = [];
        if (reason.times > 1) {
            details.push(_t("%s times", reason.times));
        }
        const since = this.formatDay(reason.since);
        const last = this.formatDay(reason.last);
        details.push(
            since === last
                ? _t("since %s", since)
                : _t("%(since)s – %(last)s", {since, last})
        );
        if (reason.until) {
            const until = this.formatDay(reason.until);
            details.push(
                reason.is_fading
                    ? _t("fades until %s", until)
                    : _t("expires on %s", until)
            );
        }
        return details;
    }

    formatDay(date) {
        return toLocaleDateString(deserializeDateTime(date));
    }
}
