"""Numbers of scikit-learn, SciPy and NumPy for the statistics of SAE lobes.

    python make_stats.py        writes stats.json beside this file

Made with scikit-learn 1.9.1, SciPy 1.17.1, NumPy 2.4.6.
"""

import json
import pathlib
import warnings

import numpy as np
from scipy.stats import chi2_contingency
from scipy.stats.contingency import association
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_mutual_info_score, balanced_accuracy_score
from sklearn.metrics.cluster import contingency_matrix, expected_mutual_information

rng = np.random.default_rng(20)
warnings.filterwarnings("ignore", message="y_pred contains classes")


def related(n, ka, kb, share):
    """Two labellings that agree on about `share` of the entries."""
    a = rng.integers(0, ka, n)
    return a, np.where(rng.random(n) < share, a % kb, rng.integers(0, kb, n))


def mutual_information():
    pairs = [
        related(300, 3, 3, 0.5),
        related(1500, 40, 25, 0.3),
        related(1000, 2, 2, 0.0),
        related(800, 400, 3, 0.2),
        ([0, 0, 1, 1], [5, 5, -1, -1]),
        ([0, 1, 2, 3], [0, 1, 2, 3]),
        ([0, 0, 0, 0], [0, 1, 2, 3]),
        ([0, 0, 0, 0], [1, 1, 1, 1]),
        ([0, 1, 0, 1], [0, 0, 1, 1]),
    ]
    return [
        {
            "a": list(map(int, a)),
            "b": list(map(int, b)),
            "ami": adjusted_mutual_info_score(a, b),
            "expected": float(expected_mutual_information(contingency_matrix(a, b, sparse=True), len(a))),
        }
        for a, b in pairs
    ]


def deciles():
    values = np.round(rng.gamma(0.3, 0.2, 200), 2)  # many ties, as firing rates have
    return {"values": values.tolist(), "deciles": np.digitize(values, np.percentile(values, np.arange(10, 100, 10))).tolist()}


def tables():
    out = []
    for shape in [(2, 2), (3, 3), (5, 4)]:
        table = rng.integers(1, 60, shape)
        found = chi2_contingency(table, correction=False)
        out.append(
            {
                "table": table.ravel().tolist(),
                "columns": shape[1],
                "chi2": float(found.statistic),
                "df": int(found.dof),
                "cramersV": float(association(table, method="cramer", correction=False)),
            }
        )
    return out


def logistic():
    """Unscaled unit rows as of a decoder, some labels that follow position and some that do not."""
    x = rng.standard_normal((300, 12))
    x = np.round(x / np.linalg.norm(x, axis=1, keepdims=True), 5)
    by_position = np.argmax(x[:, :4] + 0.15 * rng.standard_normal((300, 4)), axis=1)
    labels = {
        "two classes": np.where(x[:, 0] + 0.2 * rng.standard_normal(300) > 0, 7, 3),
        "four classes": by_position,
        "no relation": rng.integers(0, 3, 300),
        "rare class": np.where(rng.random(300) < 0.03, 2, by_position % 2),
        "class only in test": np.where(np.arange(300) >= 280, 9, by_position),
        "class only in training": np.where(np.arange(300) < 40, 9, by_position),
        "two classes, lopsided": np.where(rng.random(300) < 0.1, 1, 0),
    }
    train, test = slice(0, 240), slice(240, 300)
    problems = []
    for name, y in labels.items():
        default = LogisticRegression(max_iter=1000).fit(x[train], y[train])
        minimum = LogisticRegression(max_iter=10000, tol=1e-10).fit(x[train], y[train])
        problems.append(
            {
                "name": name,
                "labels": y.tolist(),
                "iterations": int(default.n_iter_[0]),
                "coefficients": default.coef_.tolist(),
                "intercept": default.intercept_.tolist(),
                "minimum": minimum.coef_.tolist(),
                "balancedAccuracy": balanced_accuracy_score(y[test], default.predict(x[test])),
            }
        )
    return {"x": x.ravel().tolist(), "width": 12, "train": 240, "problems": problems}


golden = {"mutualInformation": mutual_information(), "deciles": deciles(), "tables": tables(), "logistic": logistic()}
(pathlib.Path(__file__).parent / "stats.json").write_text(json.dumps(golden, separators=(",", ":")))
