"""Qualities, discriminant analysis, silhouettes and transfer of planted parallelograms, by scikit-learn and SciPy.

    python test/golden/crystals/make_crystals.py

Six relations of 16 pairs in 24 dimensions: every relation adds its own vector (length about 1) to a random word, under
noise of 0.02 and three distractor directions with standard deviation 10, in which pairs differ at random.
"""
import json
from pathlib import Path

import numpy as np
from scipy.linalg import eigh
from scipy.spatial.distance import cdist, pdist
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import silhouette_score
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import StandardScaler

here = Path(__file__).parent
rng = np.random.default_rng(7)
RELATIONS, PAIRS, WIDTH, DIMENSIONS = 6, 16, 24, 4


def qualities(v):
    upper = np.triu_indices(len(v), 1)
    cosine = cosine_similarity(v)[upper].mean()
    lengths = np.linalg.norm(v, axis=1)
    total = (lengths[:, None] + lengths[None])[upper]
    ratio = np.divide(pdist(v), total, out=np.ones_like(total), where=total > 0)
    return [cosine, 1 - ratio.mean()]


def per_relation(v, labels):
    return [qualities(v[labels == r]) for r in range(RELATIONS)]


def svd_directions(v, labels):
    """Applied without subtracting the mean."""
    return LinearDiscriminantAnalysis(solver="svd").fit(v, labels).scalings_[:, :DIMENSIONS]


def shrunk_directions(v, labels):
    """Within-group scatter of standardised columns, shrunk to the identity by Ledoit and Wolf's intensity of all rows."""
    scaler = StandardScaler().fit(v)
    z = scaler.transform(v)
    gamma = ledoit_wolf_shrinkage(z)
    means = np.array([z[labels == r].mean(axis=0) for r in range(RELATIONS)])
    within = sum(np.cov(z[labels == r].T, ddof=0) * (labels == r).sum() for r in range(RELATIONS)) / len(z)
    between = (means.T * np.bincount(labels)) @ means / len(z)
    shrunk = (1 - gamma) * within + gamma * np.eye(v.shape[1])
    _, vectors = eigh(between, shrunk)
    return vectors[:, ::-1][:, :DIMENSIONS] / scaler.scale_[:, None], gamma


def transfer(words, inputs, outputs, training, test):
    vector = np.mean([words[outputs[p]] - words[inputs[p]] for p in training], axis=0)
    candidates = np.unique(outputs)
    right = 0
    for p in test:
        others = candidates[candidates != inputs[p]]
        nearest = others[cdist(words[inputs[p]][None] + vector, words[others])[0].argmin()]
        right += nearest == outputs[p]
    return right / len(test)


axes = np.linalg.qr(rng.standard_normal((WIDTH, WIDTH)))[0]
vectors = rng.standard_normal((RELATIONS, WIDTH)) / np.sqrt(WIDTH)
# Shuffled relations share the mean of all differences, which would be a parallelogram of its own: here it is 0.
vectors -= vectors.mean(axis=0)
labels = np.repeat(np.arange(RELATIONS), PAIRS)
inputs = rng.standard_normal((len(labels), WIDTH))
differences = vectors[labels] + 0.02 * rng.standard_normal((len(labels), WIDTH))
differences += 10 * rng.standard_normal((len(labels), 3)) @ axes[:3]
words = np.empty((2 * len(labels), WIDTH))
words[0::2] = inputs
words[1::2] = inputs + differences
differences = words[1::2] - words[0::2]
np.save(here / "words.npy", words)

test = np.sort(np.concatenate([rng.choice(np.flatnonzero(labels == r), 4, replace=False) for r in range(RELATIONS)]))
training = np.setdiff1d(np.arange(len(labels)), test)
# Shuffled within training and test pairs, so that no relation loses all of its test pairs.
shuffled = labels.copy()
for rows in (training, test):
    shuffled[rows] = rng.permutation(labels[rows])


def case(fit_rows, score_rows, own, directions):
    projected = differences[score_rows] @ directions(differences[fit_rows], own[fit_rows])
    return {
        "qualities": per_relation(projected, own[score_rows]),
        "silhouette": silhouette_score(projected, own[score_rows]),
    }


everything = np.arange(len(labels))
few = np.flatnonzero(np.arange(len(labels)) % PAIRS < 4)
gamma = shrunk_directions(differences[few], labels[few])[1]
zero = differences[:4].copy()
zero[[1, 3]] = 0
first = labels == 0
pairs = np.flatnonzero(first)
directions = svd_directions(differences[training], labels[training])
split = [np.flatnonzero(np.isin(pairs, rows)) for rows in (training, test)]
golden = {
    "relations": RELATIONS,
    "pairs": PAIRS,
    "width": WIDTH,
    "dimensions": DIMENSIONS,
    "shuffled": shuffled.tolist(),
    "test": test.tolist(),
    "few": few.tolist(),
    "before": {
        "qualities": per_relation(differences, labels),
        "shuffled": per_relation(differences, shuffled),
        "silhouette": silhouette_score(differences, labels),
    },
    "after": case(everything, everything, labels, svd_directions),
    "afterShuffled": case(everything, everything, shuffled, svd_directions),
    "heldOut": case(training, test, labels, svd_directions),
    "heldOutShuffled": case(training, test, shuffled, svd_directions),
    "shrinkage": {"gamma": gamma, **case(few, few, labels, lambda v, own: shrunk_directions(v, own)[0])},
    "ratios": (
        lambda fitted: (fitted.explained_variance_ratio_[:DIMENSIONS] / fitted.explained_variance_ratio_[0]).tolist()
    )(LinearDiscriminantAnalysis(solver="svd").fit(differences, labels)),
    "withZeros": qualities(zero),
    "transfer": [
        transfer(points, 2 * pairs, 2 * pairs + 1, *split) for points in (words, words @ directions)
    ],
}
(here / "crystals.json").write_text(json.dumps(golden, indent=1) + "\n")
