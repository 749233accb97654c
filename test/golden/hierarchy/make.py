"""Hierarchies, clustering and maps of a few models, by NumPy and SciPy.

    python make.py        # needs numpy, scipy

`golden.json`: score curves of 24 units of 3 subjects over 8 layers with a covariate, their best layers, centroids,
correlations (spearmanr, pearsonr), the test over subjects (ttest_1samp) and layers used; p of a small case over all
permutations within its groups; q of three p (false_discovery_control); distances of 7 points in 4 dimensions with their
linkage (average), leaves and classical MDS (eigh of the double-centred squares).
"""
import itertools
import json
from pathlib import Path

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import pdist, squareform
from scipy.stats import false_discovery_control, pearsonr, spearmanr, ttest_1samp

random = np.random.default_rng(8)
layers, units = 8, 24
depths = np.arange(1, layers + 1) / layers
subjects = np.repeat(["a", "b", "c"], [7, 8, 9])
covariate = random.uniform(10, 80, units)
peak = 0.1 + 0.8 * (covariate - 10) / 70 + 0.15 * random.standard_normal(units)
scores = np.exp(-(((depths[:, None] - peak) / 0.3) ** 2)) * 0.4 + 0.02 * random.standard_normal((layers, units))
best = depths[scores.argmax(0)]
weights = scores - scores.min(0)
centroid = (depths[:, None] * weights).sum(0) / weights.sum(0)
each = [spearmanr(best[subjects == s], covariate[subjects == s]).statistic for s in "abc"]
test = ttest_1samp(each, 0)
curve = np.mean([scores[:, subjects == s].mean(1) for s in "abc"], axis=0)


def within(groups):
    """All orders in which members of each group change places among themselves."""
    members = [np.flatnonzero(groups == g) for g in dict.fromkeys(groups)]
    for choice in itertools.product(*(itertools.permutations(m) for m in members)):
        source = np.arange(len(groups))
        for m, chosen in zip(members, choice):
            source[m] = chosen
        yield source


small = {"groups": ["a"] * 4 + ["b"] * 3, "x": [0.2, 0.4, 0.4, 0.6, 0.7, 0.8, 1.0], "y": [3.0, 1.0, 5.0, 6.0, 9.0, 8.0, 12.0]}
groups, x, y = (np.array(small[k]) for k in ("groups", "x", "y"))
for name, corr in [("pearson", pearsonr), ("spearman", spearmanr)]:
    null = np.array([corr(x, y[source]).statistic for source in within(groups)])
    value = corr(x, y).statistic
    far = np.abs(null - null.mean()) >= abs(value - null.mean()) - 1e-12
    small[name] = {"value": value, "centre": null.mean(), "p": far.mean(), "orders": len(null)}

points = random.standard_normal((7, 4))
d = pdist(points)
tree = linkage(d, "average")
square = squareform(d)
j = np.eye(7) - 1 / 7
values, vectors = np.linalg.eigh(-0.5 * j @ square**2 @ j)
order = values.argsort()[::-1][:2]
mds = vectors[:, order] * np.sqrt(values[order])
mds *= np.sign(mds[np.abs(mds).argmax(0), [0, 1]])

p = [0.003, 0.04, 0.03]
golden = {
    "depths": depths, "subjects": subjects, "covariate": covariate, "scores": scores.ravel(),
    "best": best, "centroid": centroid,
    "spearman": spearmanr(best, covariate).statistic, "pearson": pearsonr(best, covariate).statistic,
    "centroidSpearman": spearmanr(centroid, covariate).statistic, "centroidPearson": pearsonr(centroid, covariate).statistic,
    "subjectSpearman": each, "t": test.statistic, "p": test.pvalue,
    "curve": curve, "layersUsed": depths[np.flatnonzero(curve >= 0.95 * curve.max())[0]],
    "small": small, "fdr": {"p": p, "q": false_discovery_control(p)},
    "distances": square.ravel(), "linkage": tree.ravel(), "leaves": leaves_list(tree), "mds": mds.ravel(),
    "explained": values[order] / values[values > 1e-12].sum(),
}
plain = lambda o: o.tolist() if hasattr(o, "tolist") else o
lines = [f"{json.dumps(key)}: {json.dumps(value, default=plain)}" for key, value in golden.items()]
(Path(__file__).parent / "golden.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
