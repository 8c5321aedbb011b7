"""The probability that a topic starts behind a gap: a logistic model over what ``gaps`` describes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.segment.topics.gaps import NAMES, TURNS

Values = npt.NDArray[np.float64]

_LEAST, _MOST = 1e-4, 0.98
"""No gap is certain: probabilities stay where logarithms are tame."""
_PENALTY = 20.0
"""Ridge on standardised coefficients: the four shows disagree more than a weaker one admits."""
_STEPS = 15
_SMALL = 1e-6


@dataclass(frozen=True, slots=True)
class Model:
    """Coefficients by name; a name that is missing does not count."""

    bias: float
    coefficients: dict[str, float]

    def probabilities(self, gaps: Values) -> Values:
        """Return the probability that a topic starts, one a row of ``gaps_of``."""
        weights = np.array([self.coefficients.get(name, 0.0) for name in NAMES])
        # einsum adds row by row in one order; a matrix product may not, and would depend on the batch.
        odds = np.einsum("ij,j->i", gaps, weights) + self.bias
        found: Values = np.clip(1 / (1 + np.exp(-odds)), _LEAST, _MOST)
        return found


def fit(gaps: Values, starts: npt.NDArray[np.bool_], *, with_turns: bool) -> Model:
    """Fit a model by Newton's method.

    Args:
        gaps: Rows of ``gaps_of``.
        starts: Whether a topic starts with the sentence.
        with_turns: Whether turns and question marks count.
    """
    used = [i for i, name in enumerate(NAMES) if with_turns or name not in TURNS]
    centre, scale = gaps[:, used].mean(axis=0), gaps[:, used].std(axis=0) + 1e-9
    rows = np.column_stack([(gaps[:, used] - centre) / scale, np.ones(len(gaps))])
    ridge = np.append(np.full(len(used), _PENALTY), 0.0)
    beta = np.zeros(len(used) + 1)
    beta[-1] = np.log(starts.mean() / (1 - starts.mean()))
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-rows @ beta))
        slope = rows.T @ (p - starts) + ridge * beta
        curve = (rows * (p * (1 - p))[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        loss = _loss(rows, starts, beta, ridge)
        while _loss(rows, starts, beta - step, ridge) > loss and np.abs(step).max() > _SMALL:
            step /= 2
        beta -= step
    weights = beta[:-1] / scale
    return Model(
        float(beta[-1] - (weights * centre).sum()),
        dict(zip((NAMES[i] for i in used), map(float, weights), strict=True)),
    )


def _loss(rows: Values, starts: npt.NDArray[np.bool_], beta: Values, ridge: Values) -> float:
    odds = rows @ beta
    return float((np.logaddexp(0, odds) - starts * odds).sum() + (ridge * beta * beta).sum() / 2)
