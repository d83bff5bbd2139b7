"""Logistic regression on few columns, by Newton's method, with a small ridge."""

import math

RIDGE = 0.1
ROUNDS = 50
PRECISION = 1e-8
HALVINGS = 30


def fit(groups, ridge=RIDGE):
    """Return the coefficients of the columns, the intercept first.

    The ridge, which spares the intercept, keeps them finite where a column tells won
    from lost leads perfectly, and decides between columns that are the same.

    :param dict groups: won and lost by the columns' values, see ``patterns.group``
    :rtype: list[float]
    """
    rows = list_rows(groups)
    weights = [0.0] * (len(rows[0][0]) if rows else 1)
    loss = get_loss(rows, weights, ridge)
    for _round in range(ROUNDS):
        slope, information = get_slope(rows, weights, ridge)
        step = solve(information, slope)
        weights, better = _go(rows, weights, step, ridge, loss)
        if loss - better < PRECISION * (1 + abs(loss)):
            return weights
        loss = better
    return weights


def list_rows(groups):
    """Return the values, that of the intercept first, and won and lost leads."""
    return [((1, *values), won, lost) for values, (won, lost) in groups.items()]


def _go(rows, weights, step, ridge, loss):
    """Return the weights after a step, or part of it, that makes nothing worse."""
    for halving in range(HALVINGS):
        share = 0.5**halving
        moved = [
            weight + share * part for weight, part in zip(weights, step, strict=True)
        ]
        better = get_loss(rows, moved, ridge)
        if better <= loss:
            return moved, better
    return weights, loss


def get_slope(rows, weights, ridge):
    """Return the gradient of the likelihood, and the information, which is minus its
    second derivative."""
    size = len(weights)
    slope = [0.0] * size
    information = [[0.0] * size for _index in range(size)]
    for values, won, lost in rows:
        chance = get_chance(predict(values, weights))
        rest = won - (won + lost) * chance
        spread = (won + lost) * chance * (1 - chance)
        held = [index for index, value in enumerate(values) if value]
        for index in held:
            slope[index] += rest * values[index]
            line = information[index]
            for other in held:
                line[other] += spread * values[index] * values[other]
    for index in range(1, size):
        slope[index] -= ridge * weights[index]
        information[index][index] += ridge
    return slope, information


def predict(values, weights):
    return sum(value * weight for value, weight in zip(values, weights, strict=True))


def get_chance(score):
    """Return the probability of which ``score`` is the logarithm of the odds."""
    if score >= 0:
        return 1 / (1 + math.exp(-score))
    odds = math.exp(score)
    return odds / (1 + odds)


def get_loss(rows, weights, ridge):
    """Return minus the logarithm of the likelihood, and what the ridge adds to it."""
    penalty = ridge / 2 * sum(weight * weight for weight in weights[1:])
    return penalty + sum(
        _get_log_loss(predict(values, weights), won, lost) for values, won, lost in rows
    )


def _get_log_loss(score, won, lost):
    return won * _softplus(-score) + lost * _softplus(score)


def _softplus(value):
    """Return log(1 + exp(value)), of large values, too."""
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))


def solve(matrix, vector):
    """Return the solution of linear equations, by elimination.

    Where a column is, but for rounding, a sum of those before, its part is 0.
    """
    size = len(vector)
    rows = [[*line, value] for line, value in zip(matrix, vector, strict=True)]
    least = 1e-12 * max((abs(rows[index][index]) for index in range(size)), default=0)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        _eliminate(rows, column, least)
    solution = [0.0] * size
    for column in reversed(range(size)):
        line = rows[column]
        rest = line[size] - sum(
            line[other] * solution[other] for other in range(column + 1, size)
        )
        solution[column] = rest / line[column] if abs(line[column]) > least else 0.0
    return solution


def _eliminate(rows, column, least):
    line = rows[column]
    if abs(line[column]) <= least:
        return
    for other in rows[column + 1 :]:
        if factor := other[column] / line[column]:
            for index in range(column, len(other)):
                other[index] -= factor * line[index]
