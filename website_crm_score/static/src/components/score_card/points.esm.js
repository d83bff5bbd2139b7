import {formatFloat} from "@web/core/utils/numbers";
import {registry} from "@web/core/registry";

/**
 * Points as they are shown everywhere: 75, and 2.5.
 *
 * @param {number} points
 * @returns {string}
 */
export function formatPoints(points) {
    return formatFloat(points || 0, {digits: [16, 2], trailingZeros: false});
}

/**
 * Points that were won or lost: +40, and -2.5.
 *
 * @param {number} change
 * @returns {string}
 */
export function formatChange(change) {
    const sign = change < 0 ? "-" : "+";
    return `${change ? sign : ""}${formatPoints(Math.abs(change))}`;
}

// By which lists show the sums and averages of columns with these widgets
for (const widget of ["score_badge", "score_points"]) {
    registry.category("formatters").add(widget, formatPoints);
}
registry
    .category("formatters")
    .add("score_change", (change) => (change ? formatChange(change) : ""));
