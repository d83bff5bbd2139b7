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
            ctx.save();
            Object.assign(ctx, {strokeStyle: color, fillStyle: color, lineWidth: 2});
            ctx.font = "12px sans-serif";
            ctx.setLineDash([6, 4]);
            minimums.forEach(({name, place}, row) => {
                const x = clamp(start + place * step, chartArea);
                ctx.beginPath();
                ctx.moveTo(x, chartArea.top);
                ctx.lineTo(x, chartArea.bottom);
                ctx.stroke();
                const isLast = x + ctx.measureText(name).width + 8 > chartArea.right;
                ctx.textAlign = isLast ? "right" : "left";
                ctx.fillText(
                    name,
                    x + (isLast ? -6 : 6),
                    chartArea.top + 12 + 16 * row
                );
            });
            ctx.restore();
        },
    };
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
