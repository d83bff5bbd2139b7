import {Component, onWillStart, useState} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {KeepLast} from "@web/core/utils/concurrency";
import {Layout} from "@web/search/layout";
import {QualityChart} from "./quality_chart.esm";
import {_t} from "@web/core/l10n/translation";
import {deserializeDate} from "@web/core/l10n/dates";
import {formatFloat} from "@web/core/utils/numbers";
import {formatInteger, formatPercentage} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";

const MODEL = "website.crm.score.ranking";
const PERIODS = [3, 6, 12, 24, 36];
const CHANCE = {auc: 0.5, best_share: 0.2};

/**
 * How well the scores rank the leads that were closed lately: beside Odoo's predictive
 * scoring, beside chance, and month by month.
 */
export class RuleQuality extends Component {
    static template = "website_crm_score.RuleQuality";
    static components = {Dropdown, DropdownItem, Layout, QualityChart};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.periods = PERIODS;
        this.state = useState({
            count: this.props.state?.count || 12,
            quality: null,
            predictive: null,
        });
        useSetupAction({getLocalState: () => ({count: this.state.count})});
        onWillStart(() => this.load());
    }

    /** Shows the scores' figures at once, those of predictive scoring when they come. */
    async load() {
        const {count} = this.state;
        const quality = await this.keepLast.add(
            this.orm.call(MODEL, "get_quality", [count])
        );
        Object.assign(this.state, {quality, predictive: null});
        if (quality.total) {
            this.keepLast
                .add(this.orm.call(MODEL, "get_predictive_quality", [count]))
                .then((predictive) => Object.assign(this.state, {predictive}));
        }
    }

    setPeriod(count) {
        this.state.count = count;
        return this.load();
    }

    open(action) {
        return this.action.doAction(`website_crm_score.${action}`);
    }

    // In words

    formatPeriod(count) {
        return _t("Last %s Months", count);
    }

    formatRate(rate) {
        return formatPercentage(rate, {digits: [16, 0]});
    }

    formatRanking(auc) {
        return formatFloat(auc, {digits: [16, 2]});
    }

    formatMonth(date) {
        return deserializeDate(date).toFormat("LLL yyyy");
    }

    get outcomes() {
        const {won, lost, since} = this.state.quality;
        return _t("%(won)s won and %(lost)s lost leads, closed since %(month)s.", {
            won: formatInteger(won),
            lost: formatInteger(lost),
            month: this.formatMonth(since),
        });
    }

    get tooFew() {
        const {won, lost, least} = this.state.quality;
        const values = {won: formatInteger(won), lost: formatInteger(lost), least};
        return _t(
            "%(won)s won and %(lost)s lost leads are too few: at least %(least)s of both are needed. What fewer have in common is chance.",
            values
        );
    }

    get headline() {
        const {total} = this.state.quality;
        return _t(
            "The best fifth of the leads holds %(share)s of all wins; by chance it would be %(chance)s.",
            {
                share: this.formatRate(total.best_share),
                chance: this.formatRate(CHANCE.best_share),
            }
        );
    }

    get isChance() {
        return this.state.quality.total.auc_low <= CHANCE.auc;
    }

    get winRate() {
        const {won, lost} = this.state.quality.total;
        return won / (won + lost);
    }

    /** What predictive scoring was compared on, if not on all of the leads. */
    get predictiveNote() {
        const {quality, predictive} = this.state;
        if (!predictive) {
            return "";
        }
        const {total, ours, since} = predictive;
        if (!total) {
            return _t(
                "Odoo's predictive scoring cannot be compared: too few leads were closed before for it to learn from."
            );
        }
        if (total.won === quality.total.won && total.lost === quality.total.lost) {
            return _t(
                "Predictive scoring: had it learnt, each month, from all leads closed before."
            );
        }
        return _t(
            "Predictive scoring: of the %(leads)s leads closed since %(month)s, before which there were enough to learn from. Of the same leads, the ranking of the score is %(ranking)s.",
            {
                leads: formatInteger(total.won + total.lost),
                month: this.formatMonth(since),
                ranking: this.formatRanking(ours.auc),
            }
        );
    }

    get figures() {
        const {total} = this.state.quality;
        const core = this.state.predictive?.total;
        const [lowest, , , , highest] = total.fifths;
        return [
            {
                name: "auc",
                title: _t("Ranking"),
                help: _t(
                    "How often, of a won and a lost lead, the won one has the higher score: 0.5 is chance, 1 is always."
                ),
                value: this.formatRanking(total.auc),
                note: _t("between %(low)s and %(high)s in 19 of 20 cases", {
                    low: this.formatRanking(total.auc_low),
                    high: this.formatRanking(total.auc_high),
                }),
                core: core && this.formatRanking(core.auc),
                chance: this.formatRanking(CHANCE.auc),
            },
            {
                name: "best_share",
                title: _t("Wins in the Best Fifth"),
                help: _t(
                    "How many of all won leads are in the fifth with the highest scores."
                ),
                value: this.formatRate(total.best_share),
                note: _t("of %s won leads", formatInteger(total.won)),
                core: core && this.formatRate(core.best_share),
                chance: this.formatRate(CHANCE.best_share),
            },
            {
                name: "win_rate",
                title: _t("Win Rate of the Best Fifth"),
                help: _t(
                    "How many of the fifth of the leads with the highest scores are won."
                ),
                value: this.formatRate(highest),
                note: _t("lowest fifth: %s", this.formatRate(lowest)),
                core: core && this.formatRate(core.fifths[4]),
                chance: this.formatRate(this.winRate),
            },
        ];
    }

    // Drawn

    get fifths() {
        const {total} = this.state.quality;
        const core = this.state.predictive?.total;
        const series = [{who: "ours", label: _t("Score"), data: total.fifths}];
        if (core) {
            series.push({
                who: "core",
                label: _t("Predictive Scoring"),
                data: core.fifths,
            });
        }
        const chance = total.fifths.map(() => this.winRate);
        series.push({who: "chance", label: _t("Chance"), data: chance});
        return {
            type: "bar",
            labels: [_t("Lowest"), _t("2nd"), _t("3rd"), _t("4th"), _t("Highest")],
            series,
            format: this.formatRate,
            description: _t(
                "Win rate of each fifth of the leads, from the lowest scores to the highest: %s",
                total.fifths.map(this.formatRate).join(", ")
            ),
            min: 0,
        };
    }

    get months() {
        const {periods} = this.state.quality;
        const core = this.state.predictive?.periods;
        const series = [this.getMonthly("ours", _t("Score"), periods)];
        if (core?.some(({total}) => total)) {
            series.push(this.getMonthly("core", _t("Predictive Scoring"), core));
        }
        series.push({
            who: "chance",
            label: _t("Chance"),
            data: periods.map(() => CHANCE.auc),
        });
        return {
            type: "line",
            labels: periods.map((period) => this.nameMonths(period)),
            series,
            format: this.formatRanking,
            description: _t(
                "Ranking by month: %s",
                periods
                    .map((period) => {
                        const ranking = this.formatRanking(period.total.auc);
                        return `${this.nameMonths(period)} ${ranking}`;
                    })
                    .join(", ")
            ),
            min: 0.4,
            max: 0.9,
        };
    }

    getMonthly(who, label, periods) {
        return {
            who,
            label,
            data: periods.map(({total}) => (total ? total.auc : null)),
            notes: periods.map(
                ({total}) =>
                    total &&
                    _t("%(won)s won, %(lost)s lost", {
                        won: formatInteger(total.won),
                        lost: formatInteger(total.lost),
                    })
            ),
        };
    }

    nameMonths({first, last}) {
        if (first === last) {
            return this.formatMonth(first);
        }
        const values = {first: this.formatMonth(first), last: this.formatMonth(last)};
        return _t("%(first)s – %(last)s", values);
    }
}

registry.category("actions").add("website_crm_score.rule_quality", RuleQuality);
