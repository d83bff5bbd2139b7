"""Who learns: the product, and what it is compared with."""

import json
import sys

from measure import Meter

MOST_RULES = 20


def learn(env, share, patterns):
    """Have rules suggested; return how all that the product judges ranks newer leads.

    :param float share: of the leads that is learnt from, the older ones
    :param str patterns: the file that gets what the leads have
    """
    from odoo.addons.website_crm_score.suggesting import cohort, tally

    cohort.OLDER_SHARE = share
    get_patterns = tally.get_patterns

    def keep_patterns(chosen, below):
        parts = get_patterns(chosen, below)
        with open(patterns, "w") as file:
            json.dump([below, parts], file)
        return parts

    tally.get_patterns = keep_patterns
    suggestion = make_suggestion(env, max_rules=MOST_RULES)
    with Meter() as meter:
        suggestion._learn()
        env.cr.commit()
    if suggestion.state != "done":
        raise ValueError(suggestion.reason)
    return {
        "ours": {**meter.result, **read(suggestion, "suggested")},
        "present": {"seconds": 0, **read(suggestion, "present")},
        "core": {"seconds": 0, **read(suggestion, "core")},
    }


def make_suggestion(env, **values):
    suggestion = env["website.crm.score.suggestion"].create(values)
    env.cr.commit()
    return suggestion


def read(suggestion, who):
    [ranking] = suggestion.ranking_ids.filtered(lambda one: one.who == who)
    return {
        "auc": round(ranking.auc, 4),
        "rules": ranking.rule_count,
        "fifths": [round(ranking[f"fifth_{place}"], 4) for place in range(1, 6)],
    }


def learn_many(env):
    """Have rules suggested, as many as by default, measured."""
    suggestion = make_suggestion(env)
    with Meter() as meter:
        suggestion._learn()
        env.cr.commit()
    if suggestion.state != "done":
        raise ValueError(suggestion.reason)
    return {
        **meter.result,
        "rules": len(suggestion.line_ids),
        "candidates": suggestion.tried_count,
    }


def regress(_env, patterns, packages, addon):
    """A logistic regression on the same candidates, all of them.

    :param str packages: where scikit-learn is
    :param str addon: where the pure functions are that judge
    """
    sys.path[:0] = [packages, addon]
    import numpy
    from learning.judging import get_auc, get_fifths
    from sklearn.linear_model import LogisticRegression

    with open(patterns) as file:
        count, (older, newer) = json.load(file)

    def unfold(rows):
        matrix = numpy.array(
            [[bits >> number & 1 for number in range(count)] for bits, *_rest in rows]
        )
        won = numpy.array([row[1] for row in rows])
        lost = numpy.array([row[2] for row in rows])
        return matrix, won, lost

    matrix, won, lost = unfold(older)
    with Meter() as meter:
        model = LogisticRegression(max_iter=5000).fit(
            numpy.vstack([matrix, matrix]),
            numpy.repeat([1, 0], len(matrix)),
            sample_weight=numpy.concatenate([won, lost]),
        )
    matrix, won, lost = unfold(newer)
    scores = {}
    for score, *counts in zip(model.decision_function(matrix), won, lost, strict=True):
        known = scores.setdefault(round(float(score), 9), [0, 0])
        known[0] += int(counts[0])
        known[1] += int(counts[1])
    return {
        "seconds": meter.result["seconds"],
        "auc": round(get_auc(scores), 4),
        "rules": int(numpy.count_nonzero(model.coef_)),
        "fifths": [round(rate, 4) for rate in get_fifths(scores)],
    }
