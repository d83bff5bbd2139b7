/**
 * Where minimum scores are on an axis of bands, of which those without leads are left
 * out: as many bands from the middle of the first one.
 *
 * @param {{band_id: number, share: number}[]} minimums which band each is in, and how
 *  much of the band is below it
 * @param {number[]} bands ids of the bands on the axis
 * @returns {object[]} the minimums, each with its `place`
 */
export function placeMinimums(minimums, bands) {
    return minimums.map((minimum) => {
        const index = bands.findIndex((band) => band >= minimum.band_id);
        const above = index < 0 ? bands.length : index;
        const share = bands[above] === minimum.band_id ? minimum.share : 0;
        return {...minimum, place: above - 0.5 + share};
    });
}

const GAP = 6; // between a line and its name
const ROW = 16;

/**
 * Where the names of minimums are written: beside their lines, each in the first row in
 * which no other one is in its way.
 *
 * @param {{name: string, x: number}[]} lines from left to right
 * @param {{left: number, right: number}} area none is outside of it
 * @param {Function} measure the width of a text
 * @returns {{text: string, start: number, width: number, row: number}[]}
 */
export function placeNames(lines, area, measure) {
    const names = [];
    for (const {name, x} of lines) {
        const text = shorten(name, area.right - area.left, measure);
        const width = measure(text);
        const start = findStart(x, width, area);
        const rows = names
            .filter((other) => isNear(other, {start, width}))
            .map(({row}) => row);
        let row = 0;
        while (rows.includes(row)) {
            row++;
        }
        names.push({text, start, width, row});
    }
    return names;
}

/** A name without its beginning, if it is too long: the score is at its end. */
function shorten(name, most, measure) {
    let text = name;
    for (let cut = 1; measure(text) > most && cut < name.length; cut++) {
        text = `…${name.slice(cut)}`;
    }
    return text;
}

/** Right of the line, or left of it, or where there is room. */
function findStart(x, width, {left, right}) {
    if (x + GAP + width <= right) {
        return x + GAP;
    }
    return x - GAP - width >= left ? x - GAP - width : Math.max(right - width, left);
}

function isNear(one, other) {
    return (
        one.start < other.start + other.width + GAP &&
        other.start < one.start + one.width + GAP
    );
}

/**
 * Draws minimum scores into a chart as lines from top to bottom, with their names.
 *
 * @param {object[]} minimums see {@link placeMinimums}
 * @param {string} color
 * @returns {object} a plugin of Chart.js
 */
export function drawMinimums(minimums, color) {
    return {
        id: "minimums",
        afterDatasetsDraw({ctx, chartArea, scales}) {
            const start = scales.x.getPixelForValue(0);
            const step = getStep(scales.x, chartArea);
            const lines = minimums.map(({name, place}) => ({
                name,
                x: clamp(start + place * step, chartArea),
            }));
            ctx.save();
            Object.assign(ctx, {strokeStyle: color, fillStyle: color, lineWidth: 2});
            drawLines(ctx, lines, chartArea);
            drawNames(ctx, lines, chartArea);
            ctx.restore();
        },
    };
}

function drawLines(ctx, lines, {bottom, top}) {
    ctx.setLineDash([6, 4]);
    for (const {x} of lines) {
        ctx.beginPath();
        ctx.moveTo(x, top);
        ctx.lineTo(x, bottom);
        ctx.stroke();
    }
}

function drawNames(ctx, lines, area) {
    Object.assign(ctx, {font: "12px sans-serif", textAlign: "left"});
    const measure = (text) => ctx.measureText(text).width;
    for (const {text, start, width, row} of placeNames(lines, area, measure)) {
        const top = area.top + ROW * row;
        // No line goes through a name.
        ctx.clearRect(start - 2, top + 1, width + 4, ROW - 1);
        ctx.fillText(text, start, top + 12);
    }
}

function getStep(axis, {left, right}) {
    const count = axis.ticks.length;
    if (count < 2) {
        return right - left;
    }
    const span = axis.getPixelForValue(count - 1) - axis.getPixelForValue(0);
    return span / (count - 1);
}

function clamp(x, {left, right}) {
    return Math.min(Math.max(x, left), right);
}
