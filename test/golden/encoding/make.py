"""Encoding scores by himalaya, scikit-learn and NumPy, for test/unit/math/encoding.

    pip install numpy scipy scikit-learn himalaya; python make.py

Writes features.f32 [90, 90] (coloured spectrum: neighbouring columns correlate, one column is constant), and
encoding.json: responses, folds and, for every case, what the published tools give. Nothing of Brainlens is used.
"""

import itertools
import json
import pathlib
import warnings

import himalaya
import numpy as np
import sklearn
from himalaya.ridge import RidgeCV as HimalayaRidgeCV
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, Ridge, RidgeCV
from sklearn.model_selection import GroupKFold, KFold

warnings.filterwarnings("ignore")
here = pathlib.Path(__file__).parent
rng = np.random.default_rng(20240501)
ROWS, COLUMNS, UNITS = 90, 90, 5
mixing = rng.standard_normal((COLUMNS, COLUMNS)) * (np.arange(1, COLUMNS + 1) ** -0.7)[:, None]
features = (rng.standard_normal((ROWS, COLUMNS)) @ mixing + 0.3 * rng.standard_normal((ROWS, COLUMNS)) + 2).astype("<f4")
features[:, 7] = 1.5
features.tofile(here / "features.f32")
X_all = features.astype(float)
weights = rng.standard_normal((COLUMNS, UNITS)) * 0.1
Y_all = X_all @ weights + rng.standard_normal((ROWS, UNITS)) * np.array([0.1, 0.5, 1, 3, 30]) + 300
alphas = np.logspace(-3, 8, 12)


def correlation(a, b):
    a, b = a - a.mean(), b - b.mean()
    with np.errstate(all="ignore"):
        r = (a @ b) / np.sqrt((a @ a) * (b @ b))
    return 0.0 if not np.isfinite(r) or np.abs(b).max() < 1e-9 or np.abs(a).max() < 1e-9 else float(r)


def standardise(train, test):
    mean, sd = train.mean(0), train.std(0)
    sd[np.ptp(train, axis=0) == 0] = 1
    return (train - mean) / sd, (test - mean) / sd


def nested(Z, y, Zt, inner):
    model = HimalayaRidgeCV(alphas=alphas, cv=inner, fit_intercept=True).fit(Z, y[:, None])
    return model.predict(Zt)[:, 0], float(model.best_alphas_[0]), float(-model.cv_scores_[0])


def loo(Z, y, Zt, inner):
    model = RidgeCV(alphas=alphas, alpha_per_target=True, store_cv_results=False).fit(Z, y[:, None])
    return model.predict(Zt).reshape(-1), float(np.ravel(model.alpha_)[0]), float(-np.ravel(model.best_score_)[0])


def ols(Z, y, Zt, inner):
    return LinearRegression().fit(Z, y).predict(Zt), None, None


def inner_score(Z, y, inner, alpha):
    """Mean over inner folds of r between responses and the predictions of a model refitted without them."""
    model = LinearRegression() if alpha is None else Ridge(alpha=alpha, solver="svd")
    return float(np.mean([correlation(y[b], model.fit(Z[a], y[a]).predict(Z[b])) for a, b in inner]))


def score(solver, X, Y, splits, inner_of, pca=None):
    """Every unit by itself, on the training rows that it has."""
    out = {key: [] for key in ("scores", "alphas", "innerErrors", "innerScores", "sse", "sst")}
    for train, test in splits:
        line = {key: [] for key in out}
        for unit in range(Y.shape[1]):
            own, seen = train[np.isfinite(Y[train, unit])], test[np.isfinite(Y[test, unit])]
            Z, Zt = standardise(X[own], X[seen])
            if pca is not None:
                projection = PCA(n_components=min(pca, len(own) - 1, X.shape[1]), svd_solver="full").fit(Z)
                Z, Zt = projection.transform(Z), projection.transform(Zt)
            y, held = Y[own, unit], Y[seen, unit]
            inner = inner_of(own)
            predicted, alpha, error = solver(Z, y, Zt, inner)
            line["scores"].append(correlation(held, predicted))
            line["alphas"].append(alpha)
            line["innerErrors"].append(error)
            line["innerScores"].append(None if solver is loo else inner_score(Z, y, inner, alpha))
            line["sse"].append(float(((held - predicted) ** 2).sum()))
            line["sst"].append(float(((held - y.mean()) ** 2).sum()))
        for key in out:
            out[key].append(line[key])
    return out


def contiguous(rows):
    return list(KFold(5).split(rows))


def kfold(rows):
    return [(np.sort(a), np.sort(b)) for a, b in KFold(5, shuffle=True, random_state=3).split(np.arange(rows))]


def assigned(splits, rows):
    folds = np.full(rows, -1)
    for index, (_, test) in enumerate(splits):
        folds[test] = index
    return folds.tolist()


def gapped(rows, k, gap, run):
    """Contiguous parts of the given rows, without training rows within `gap` of a tested row of the same run."""
    splits = []
    for test in np.array_split(rows, k):
        near = [any(abs(r - t) <= gap and run[r] == run[t] for t in test) for r in rows]
        splits.append((rows[~np.array(near)], test))
    return splits


def positions(own, splits):
    return [(np.searchsorted(own, a), np.searchsorted(own, b)) for a, b in splits]


cases = []


def case(name, solver, rows, columns, Y, splits, inner_of, **more):
    pca = more.get("pca")
    found = score({"nested": nested, "loo": loo, "ols": ols}[solver], X_all[:rows, :columns], Y, splits, inner_of, pca)
    cases.append({"name": name, "alpha": solver, "rows": rows, "columns": columns, **more, **found})


shapes = {"more columns than rows": (60, 90), "more rows than columns": (90, 30), "nearly as many columns as rows": (60, 45)}
for name, (rows, columns) in shapes.items():
    for solver in ("nested", "loo", "ols"):
        case(name, solver, rows, columns, Y_all[:rows], kfold(rows), contiguous, folds=assigned(kfold(rows), rows))
for rows, columns in ((60, 90), (90, 30)):
    folds = assigned(kfold(rows), rows)
    case("principal components", "nested", rows, columns, Y_all[:rows], kfold(rows), contiguous, folds=folds, pca=12)
    case("few columns", "nested", rows, 4, Y_all[:rows], kfold(rows), contiguous, folds=folds)

missing = Y_all[:60].copy()
missing[rng.random(missing.shape) < 0.15] = np.nan
missing[:, 1] = Y_all[:60, 1]
missing[:, 4] = 7
for solver in ("nested", "loo"):
    case("missing responses and a constant one", solver, 60, 90, missing, kfold(60), contiguous,
         folds=assigned(kfold(60), 60), responses="missing")

sizes = [13, 11, 10, 9, 8, 7, 5, 4, 2, 1]
labels = np.repeat([f"story {index}" for index in range(len(sizes))], sizes)[rng.permutation(sum(sizes))]
rows = len(labels)
by_group = list(GroupKFold(5).split(np.arange(rows), groups=labels))
case("groups", "nested", rows, 40, Y_all[:rows], by_group,
     lambda own: list(GroupKFold(5).split(own, groups=labels[own])), labels=labels.tolist())

runs = np.repeat([0, 1], [50, 40])
case("blocks with gaps", "nested", 90, 40, Y_all, gapped(np.arange(90), 4, 2, runs),
     lambda own: positions(own, gapped(own, 5, 2, runs)), runs=[50, 40], k=4, gap=2)


def banded(rows, columns, nuisance):
    """Product grid of α for [nuisance | features] by brute force: a ridge of scaled columns for every pair and fold."""
    grid = np.logspace(-1, 4, 6)
    X, N, Y = X_all[:rows, :columns], nuisance[:rows], Y_all[:rows]
    both, alone, chosen = [], [], []
    for train, test in kfold(rows):
        Z, Zt = standardise(X[train], X[test])
        M, Mt = standardise(N[train], N[test])

        def best(systems):
            """Least inner error over (A, At, alpha, tag); R² on the test rows per unit."""
            errors = np.array([
                np.mean([
                    ((Y[train][b] - Ridge(alpha=alpha, solver="svd").fit(A[a], Y[train][a]).predict(A[b])) ** 2).mean(0)
                    for a, b in contiguous(train)
                ], axis=0)
                for A, _, alpha, _ in systems
            ])
            r2, tags = [], []
            for unit, at in enumerate(errors.argmin(0)):
                A, At, alpha, tag = systems[at]
                predicted = Ridge(alpha=alpha, solver="svd").fit(A, Y[train][:, unit]).predict(At)
                held, mean = Y[test][:, unit], Y[train][:, unit].mean()
                r2.append(float(1 - ((held - predicted) ** 2).sum() / ((held - mean) ** 2).sum()))
                tags.append(tag)
            return r2, tags

        pairs = [
            (np.hstack([M / np.sqrt(a), Z / np.sqrt(b)]), np.hstack([Mt / np.sqrt(a), Zt / np.sqrt(b)]), 1.0,
             [float(a), float(b)])
            for a, b in itertools.product(grid, grid)
        ]
        r2, tags = best(pairs)
        both.append(r2)
        chosen.append(tags)
        alone.append(best([(M, Mt, a, float(a)) for a in grid])[0])
    return {"alphas": grid.tolist(), "rows": rows, "columns": columns, "both": both, "nuisanceAlone": alone,
            "chosen": chosen, "folds": assigned(kfold(rows), rows)}


nuisance = np.stack([np.arange(ROWS) % 7, Y_all[:, 2] * 0.2 + rng.standard_normal(ROWS)], axis=1)
golden = {
    "made": f"himalaya {himalaya.__version__}, scikit-learn {sklearn.__version__}, NumPy {np.__version__}",
    "alphas": alphas.tolist(),
    "units": UNITS,
    "responses": Y_all.tolist(),
    "missing": [[None if np.isnan(v) else v for v in row] for row in missing.tolist()],
    "cases": cases,
    "nuisance": nuisance.tolist(),
    "banded": [banded(60, 90, nuisance), banded(90, 20, nuisance)],
}
(here / "encoding.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
