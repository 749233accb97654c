"""Encoding scores of two runs whose features are z-scored per run on each fold's training rows (NumPy in float64).

Run: python generate.py > golden.json. Inputs are formulas, written again in foldwise.test.ts.
"""
import json
import numpy as np

RUNS, WIDTH, UNITS, FOLDS, GAP = [33, 47], 6, 2, 4, 2
ALPHAS = np.logspace(-1, 3, 5)
n = sum(RUNS)
run = np.repeat([0, 1], RUNS)
i = np.arange(n)[:, None]
x = ((1 + 4 * run[:, None]) * np.sin(1.7 * i * (1 + np.arange(WIDTH)) + np.arange(WIDTH)) + 3 * run[:, None]).astype(np.float32).astype(float)
y = np.sin(1.7 * i * (1 + np.arange(UNITS))) + np.cos(2.3 * i * i + np.arange(UNITS))


def blocked(rows, k):
    for test in np.array_split(rows, k):
        near = {o for r in test for o in range(max(0, r - GAP), min(n - 1, r + GAP) + 1) if run[o] == run[r]}
        yield np.array([r for r in rows if r not in near]), test


def ridge(z, train, test, alpha):
    m, c = z[train].mean(0), y[train].mean(0)
    a = z[train] - m
    return (z[test] - m) @ np.linalg.solve(a.T @ a + alpha * np.eye(WIDTH), a.T @ (y[train] - c)) + c


scores, chosen = [], []
for train, test in blocked(np.arange(n), FOLDS):
    z = np.empty_like(x)
    for r in (0, 1):
        own = train[run[train] == r]
        own = train if len(own) < 2 else own
        z[run == r] = (x[run == r] - x[own].mean(0)) / x[own].std(0)
    error = [np.mean([((y[b] - ridge(z, a, b, alpha)) ** 2).mean(0) for a, b in blocked(train, 5)], axis=0) for alpha in ALPHAS]
    best = np.argmin(error, 0)
    chosen.append(ALPHAS[best].tolist())
    scores.append([np.corrcoef(ridge(z, train, test, ALPHAS[b])[:, u], y[test, u])[0, 1] for u, b in enumerate(best)])
print(json.dumps({"scores": scores, "alphas": chosen}))
