import {Component, onWillUnmount, useState} from "@odoo/owl";
import {formatPoints} from "../score_card/points.esm";
import {ScoreCardPopover} from "./score_card_popover.esm";
import {ScoreChange} from "../score_card/score_change.esm";
import {ScoreGrade} from "../score_card/score_grade.esm";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {uniqueId} from "@web/core/utils/functions";
import {usePopover} from "@web/core/popover/popover_hook";
import {useScoreCard} from "../score_card/score_card_hook.esm";

const REASONS = 3;
// Passing over a list with the mouse asks for nothing.
const OPEN_DELAY = 250;
// Time to get from the badge into the popover
const CLOSE_DELAY = 200;

/** A score with its grade; why it is so shows on hover, focus, click and tap. */
export class ScoreBadge extends Component {
    static template = "website_crm_score.ScoreBadge";
    static components = {ScoreChange, ScoreGrade};
    static props = {...standardFieldProps};

    setup() {
        this.cards = useScoreCard();
        this.state = useState({isPeeking: false, isOpen: false});
        this.peekId = uniqueId("o_score_peek_");
        const options = {popoverClass: "o_score_popover", position: "bottom-start"};
        // What is only passed by must not take the focus.
        this.peek = usePopover(ScoreCardPopover, {
            ...options,
            role: "tooltip",
            setActiveElement: false,
            onClose: () => (this.state.isPeeking = false),
        });
        this.popover = usePopover(ScoreCardPopover, {
            ...options,
            role: "dialog",
            class: "o_score_popover",
            useBottomSheet: this.env.isSmall,
            onClose: () => this.onClose(),
        });
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get score() {
        return formatPoints(this.props.record.data[this.props.name]);
    }

    get grade() {
        return this.props.record.data.score_grade;
    }

    get change() {
        return this.props.record.data.score_week_change;
    }

    get isShown() {
        return this.grade || this.props.record.data[this.props.name];
    }

    get label() {
        const values = {
            score: this.score,
            grade: this.grade,
            points: formatPoints(Math.abs(this.change)),
        };
        if (!this.grade) {
            return _t("Score %(score)s", values);
        }
        if (!this.change) {
            return _t("Score %(score)s, grade %(grade)s", values);
        }
        return this.change < 0
            ? _t(
                  "Score %(score)s, grade %(grade)s, %(points)s less than a week ago",
                  values
              )
            : _t(
                  "Score %(score)s, grade %(grade)s, %(points)s more than a week ago",
                  values
              );
    }

    async open(popover, target, isWanted = () => true) {
        const {record} = this.props;
        const card = await this.cards.load(record, REASONS);
        if (!isWanted() || !target.isConnected) {
            return;
        }
        const isPeek = popover === this.peek;
        popover.open(target, {
            card,
            id: isPeek ? this.peekId : undefined,
            onOpenReason: (reason) => this.cards.openReason(record, reason),
            onPointerEnter: () => this.stay(),
            onPointerLeave: () => this.leave(),
        });
        this.state[isPeek ? "isPeeking" : "isOpen"] = true;
    }

    onClose() {
        this.state.isOpen = false;
        // The focus comes back to the badge, which then is no wish to see it again.
        this.isDismissed = true;
        browser.setTimeout(() => (this.isDismissed = false), OPEN_DELAY);
    }

    onClick(ev) {
        this.isWanted = false;
        this.stay();
        this.peek.close();
        if (this.popover.isOpen) {
            this.popover.close();
        } else {
            this.open(this.popover, ev.currentTarget);
        }
    }

    onKeydown(ev) {
        // Else lists and cards take it for that of the record, and open it.
        if (["Enter", " "].includes(ev.key)) {
            ev.stopPropagation();
        }
    }

    onPointerEnter(ev) {
        if (ev.pointerType === "mouse") {
            this.peekSoon(ev.currentTarget);
        }
    }

    onFocus(ev) {
        const badge = ev.currentTarget;
        if (badge.matches(":focus-visible") && !this.isDismissed) {
            this.peekSoon(badge);
        }
    }

    peekSoon(target) {
        if (this.env.isSmall || this.popover.isOpen) {
            return;
        }
        this.isWanted = true;
        this.stay();
        if (!this.peek.isOpen) {
            this.timer = browser.setTimeout(
                () => this.open(this.peek, target, () => this.isWanted),
                OPEN_DELAY
            );
        }
    }

    stay() {
        browser.clearTimeout(this.timer);
    }

    leave() {
        this.isWanted = false;
        this.stay();
        this.timer = browser.setTimeout(() => this.peek.close(), CLOSE_DELAY);
    }
}

registry.category("fields").add("score_badge", {
    component: ScoreBadge,
    displayName: _t("Score"),
    supportedTypes: ["float"],
    listViewWidth: [145, 165],
    fieldDependencies: [
        {name: "score_grade", type: "selection", readonly: true},
        {name: "score_week_change", type: "float", readonly: true},
    ],
});
