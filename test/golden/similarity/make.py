"""Similarity of two random representations, by formulas other than ours.

    python make.py        # needs numpy, scipy

`x.npy` f64 [13, 7] with one massive and one constant column, `y.npy` f64 [13, 10] partly made of it, `golden.json`.
CKA in feature space (Kornblith et al. 2019, eq. 4: norms of cross-covariances), debiased CKA with the unbiased HSIC
written out as traces (Song et al. 2012, eq. 5), RSA by scipy's pdist and spearmanr.
"""
import json
from pathlib import Path

import numpy as np
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

HERE = Path(__file__).parent
random = np.random.default_rng(5)
n = 13
x = random.standard_normal((n, 7))
x[:, 2] *= 50
x[:, 4] = 0.1
y = np.hstack([x[:, :3] @ random.standard_normal((3, 6)) + random.standard_normal((n, 6)), random.standard_normal((n, 4))])
np.save(HERE / "x.npy", x)
np.save(HERE / "y.npy", y)


def cka(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    return np.linalg.norm(x.T @ y) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


def hsic(x, y):
    k, l = x @ x.T, y @ y.T
    np.fill_diagonal(k, 0)
    np.fill_diagonal(l, 0)
    one = np.ones(n)
    whole = np.trace(k @ l) + (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (one @ k @ l @ one)
    return whole / (n * (n - 3))


def debiased(x, y):
    return hsic(x, y) / np.sqrt(hsic(x, x) * hsic(y, y))


def rsa(x, y):
    return spearmanr(pdist(x, "correlation"), pdist(y, "correlation")).statistic


def zscored(x):
    deviation = x.std(0)
    deviation[np.ptp(x, 0) == 0] = np.inf
    return (x - x.mean(0)) / deviation


golden = {}
for name, metric in [("cka", cka), ("debiased-cka", debiased), ("rsa", rsa)]:
    golden[name] = {"raw": float(metric(x, y)), "zscored": float(metric(zscored(x), zscored(y))), "self": float(metric(x, x))}
(HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
print(golden)
