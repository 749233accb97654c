"""The peers of bench/ridge, and its data.

    peer.py make FOLDER ROWS COLUMNS LAYERS TARGETS   writes features.f32, responses.f64, folds.i32
    peer.py run FOLDER SOLVER [--layers N] [--folds N]   prints seconds, and scores of what it ran

Solvers, each as its documentation says: `svd` (himalaya RidgeCV(cv=5, solver="svd")), `kernel` (himalaya KernelRidgeCV(cv=5)
on the linear kernel, whose lack of an intercept centring makes up for), `loo` (scikit-learn RidgeCV).
Only standardising, fitting and predicting is timed, not starting Python, not reading files.
"""

import argparse
import json
import pathlib
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
arguments = argparse.ArgumentParser()
arguments.add_argument("what", choices=["make", "run"])
arguments.add_argument("folder", type=pathlib.Path)
arguments.add_argument("rest", nargs="+")
arguments.add_argument("--layers", type=int)
arguments.add_argument("--folds", type=int, default=5)
options = arguments.parse_args()
alphas = np.logspace(-3, 8, 12)


def make(rows, columns, layers, targets):
    """Features with the falling spectrum of a model's layers; targets that follow them with noise of several sizes."""
    rng = np.random.default_rng(5)
    options.folder.mkdir(parents=True, exist_ok=True)
    with open(options.folder / "features.f32", "wb") as file:
        for layer in range(layers):
            scales = np.arange(1, columns + 1) ** -0.6
            mixing = rng.standard_normal((columns, columns), dtype=np.float32) * scales[:, None].astype(np.float32)
            X = rng.standard_normal((rows, columns), dtype=np.float32) @ mixing
            if layer == 0:
                signal = X[:, : min(columns, 200)].astype(float) @ rng.standard_normal((min(columns, 200), targets))
            file.write(X.astype("<f4").tobytes())
    noise = rng.standard_normal((rows, targets)) * signal.std(0) * rng.uniform(0.5, 5, targets)
    (signal + noise).astype("<f8").tofile(options.folder / "responses.f64")
    folds = np.empty(rows, dtype="<i4")
    folds[rng.permutation(rows)] = np.arange(rows) % 5
    folds.tofile(options.folder / "folds.i32")
    shape = {"rows": rows, "columns": columns, "layers": layers, "targets": targets}
    (options.folder / "shape.json").write_text(json.dumps(shape))


def predict(solver, Z, Y, Zt):
    if solver == "svd":
        from himalaya.ridge import RidgeCV

        model = RidgeCV(alphas=alphas, cv=5, fit_intercept=True, solver="svd").fit(Z, Y)
        return model.predict(Zt)
    if solver == "kernel":
        from himalaya.kernel_ridge import KernelRidgeCV

        mean = Y.mean(0)
        model = KernelRidgeCV(alphas=alphas, kernel="linear", cv=5).fit(Z, Y - mean)
        return model.predict(Zt) + mean
    from sklearn.linear_model import RidgeCV

    return RidgeCV(alphas=alphas, alpha_per_target=True).fit(Z, Y).predict(Zt)


def run(solver):
    shape = json.loads((options.folder / "shape.json").read_text())
    rows, columns = shape["rows"], shape["columns"]
    features = np.memmap(options.folder / "features.f32", "<f4", "r", shape=(shape["layers"], rows, columns))
    Y = np.fromfile(options.folder / "responses.f64").reshape(rows, shape["targets"])
    folds = np.fromfile(options.folder / "folds.i32", "<i4")
    predict(solver, *(np.random.default_rng(0).standard_normal(s) for s in ((20, 5), (20, 2), (4, 5))))
    seconds, scores = [], []
    for layer in range(options.layers or shape["layers"]):
        start = time.perf_counter()
        X = features[layer].astype(float)
        for fold in range(options.folds):
            train, test = folds != fold, folds == fold
            mean, sd = X[train].mean(0), X[train].std(0)
            Z, Zt = (X[train] - mean) / sd, (X[test] - mean) / sd
            predicted = np.asarray(predict(solver, Z, Y[train], Zt))
            a, b = predicted - predicted.mean(0), Y[test] - Y[test].mean(0)
            scores.append(((a * b).sum(0) / np.sqrt((a**2).sum(0) * (b**2).sum(0))).tolist())
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "scores": scores}))


if options.what == "make":
    make(*(int(value) for value in options.rest))
else:
    run(options.rest[0])
