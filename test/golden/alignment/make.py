"""Golden numbers for `brainlens align`, from himalaya and scikit-learn.

    python make.py        (numpy, scipy, scikit-learn, himalaya; writes beside itself)

features.npy f32 [60, 3, 14], responses.npy f64 [60, 5] (one constant target, one with missing rows), folds.npy i32 [60].
golden.json: per layer, fold and target the Pearson r of held-out rows and the penalty, for nested (himalaya RidgeCV),
loo (scikit-learn RidgeCV) and ols (numpy lstsq); aggregates and bootstrap of fixed predictions by plain NumPy.
"""

import json
import pathlib

import numpy as np
from himalaya.ridge import RidgeCV
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeCV as LeaveOneOut

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(5)
N, LAYERS, WIDTH, UNITS, FOLDS = 60, 3, 14, 5, 5
ALPHAS = np.logspace(-3, 8, 12)

X = rng.standard_normal((N, LAYERS, WIDTH)).astype("float32")
X[:, 1] += 0.7 * X[:, 0]
Y = np.stack([X[:, i % LAYERS] @ rng.standard_normal(WIDTH) + 3 * rng.standard_normal(N) for i in range(UNITS)], 1)
Y[:, 3] = 1.5
Y[rng.choice(N, 7, replace=False), 4] = np.nan
folds = np.repeat(np.arange(FOLDS), N // FOLDS).astype("int32")
rng.shuffle(folds)


def pearson(a, b):
    if np.ptp(a) == 0 or np.ptp(b) < 1e-12:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def fit(kind, x, y, x_test):
    mean, sd = x.mean(0), x.std(0)
    sd[sd == 0] = 1
    x, x_test = (x - mean) / sd, (x_test - mean) / sd
    if kind == "pca":
        pca = PCA(4, svd_solver="full").fit(x)
        x, x_test = pca.transform(x), pca.transform(x_test)
    if kind == "loo":
        model = LeaveOneOut(ALPHAS, alpha_per_target=True).fit(x, y[:, None])
        return model.predict(x_test).ravel(), float(np.ravel(model.alpha_)[0])
    if kind == "ols":
        coefficients = np.linalg.lstsq(x, y - y.mean(), rcond=None)[0]
        return x_test @ coefficients + y.mean(), None
    model = RidgeCV(alphas=ALPHAS, cv=5, fit_intercept=True).fit(x, y[:, None])
    return model.predict(x_test).ravel(), float(model.best_alphas_[0])


golden = {}
for kind in ("nested", "loo", "ols", "pca"):
    scores = np.zeros((LAYERS, FOLDS, UNITS))
    alphas = np.full((LAYERS, FOLDS, UNITS), np.nan)
    predictions = np.full((LAYERS, N, UNITS), np.nan)
    for layer in range(LAYERS):
        for fold in range(FOLDS):
            for unit in range(UNITS):
                y = Y[:, unit]
                train = (folds != fold) & ~np.isnan(y)
                test = folds == fold
                x = X[:, layer].astype("float64")
                predicted, alphas[layer, fold, unit] = fit(kind, x[train], y[train], x[test])
                predictions[layer, test, unit] = predicted
                seen = ~np.isnan(y[test])
                scores[layer, fold, unit] = pearson(y[test][seen], predicted[seen])
    golden[kind] = {"foldScores": scores.tolist(), "alphas": np.nan_to_num(alphas, nan=-1).tolist()}
    if kind == "nested":
        kept = predictions

# Aggregates: units 0 and 1 of subject a, 2 and 3 of b, 4 is a summary column; ceilings, one unknown.
mean = np.array(golden["nested"]["foldScores"]).mean(1)
ceilings = np.array([0.8, 0.5, 0.4, np.nan, 0.9])
golden["aggregate"] = {
    "median": [float(np.mean([np.median(m[:2]), np.median(m[2:4])])) for m in mean],
    "normalised": [float(np.mean([np.median(m[:2] / ceilings[:2]), m[2] / 0.4])) for m in mean],
    "mean": [float(np.mean([np.mean(m[:2]), np.mean(m[2:4])])) for m in mean],
}

# Scores of weighted rows with predictions fixed: folds weighted by their drawn share.
counts = rng.multinomial(N, np.ones(N) / N, size=4)
drawn = []
for weights in counts:
    row = []
    for unit in range(UNITS):
        total, share = 0.0, 0.0
        for fold in range(FOLDS):
            test = (folds == fold) & ~np.isnan(Y[:, unit])
            rows = np.repeat(np.flatnonzero(test), weights[test])
            part = weights[folds == fold].sum() / (folds == fold).sum()
            total += part * pearson(Y[rows, unit], kept[0, rows, unit])
            share += part
        row.append(total / share)
    drawn.append(row)
golden["bootstrap"] = {"counts": counts.tolist(), "scores": drawn, "predictions": kept[0].tolist()}

np.save(HERE / "features.npy", X)
np.save(HERE / "responses.npy", Y)
np.save(HERE / "folds.npy", folds)
(HERE / "golden.json").write_text(json.dumps(golden))
