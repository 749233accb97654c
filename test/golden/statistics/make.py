"""Reference numbers for src/math, from SciPy, NumPy and mpmath: python make.py (numpy 2.4, scipy 1.17, mpmath 1.3)."""
import json
import warnings
from pathlib import Path

import mpmath as mp
import numpy as np
from scipy import stats

here = Path(__file__).parent
rng = np.random.default_rng(1)
mp.mp.dps = 400


def beta_series(a, b, x):
    """I_x(a, b) by x^a (1-x)^b / (a B(a, b)) * sum of (a+b)_n / (a+1)_n x^n: positive terms only."""
    term = total = mp.mpf(1)
    n = 0
    while term > total * mp.eps:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    return x**a * (1 - x) ** b / (a * mp.beta(a, b)) * total


def exact_beta(a, b, x):
    a, b, x = mp.mpf(a), mp.mpf(b), mp.mpf(x)
    return beta_series(a, b, x) if x <= 0.5 else 1 - beta_series(b, a, 1 - x)


def exact_p(t, df):
    t, df = mp.mpf(float(t)), mp.mpf(float(df))
    return float(exact_beta(df / 2, mp.mpf(1) / 2, df / (df + t * t)))


def nullable(array):
    """JSON has no NaN or infinity: as strings that JavaScript reads."""
    return [x if np.isfinite(x) else str(x).replace("inf", "Infinity").replace("nan", "NaN") for x in np.asarray(array, dtype=float).ravel().tolist()]


# Student's t: mpmath at 400 digits, from the middle to p ~ 1e-290; integer and Welch-like degrees of freedom.
student = []
for df in (1, 1.7, 2, 3.4, 9.99, 29.3, 237.8123, 478, 5000.5, 1e6):
    for t in (0, 1e-6, 0.3, 1, 1.732, 2.5, 5, 8.672453, 12.5, 27.35458, 53.5347, 70.0, 120.0):
        p = exact_p(t, df)
        if p > 1e-290:
            student.append([t, df, p])

log_gamma = [[x, float(mp.loggamma(mp.mpf(x)))] for x in (1e-5, 0.1, 0.5, 0.99, 1.5, 2.3, 7.7, 9.999, 10, 55.5, 1e4, 1e8)]
log_beta = [
    [a, b, float(mp.log(mp.beta(mp.mpf(a), mp.mpf(b))))]
    for a, b in ((0.5, 0.5), (3, 0.5), (9.9, 0.5), (10, 0.5), (239, 0.5), (1e6, 0.5), (12, 15), (1e5, 2e5), (0.5, 300))
]
beta = [
    [x, a, b, float(exact_beta(a, b, x))]
    for x, a, b in ((0.2, 2, 3), (0.9, 0.5, 8), (0.5, 50, 50), (0.01, 5, 0.5), (0.999, 20, 0.5), (1e-8, 0.5, 0.5))
]

# Welch: 24 stimuli × 40 units in float32, with massive, constant, nearly constant, NaN and infinite units.
positive = np.arange(0, 24, 2)
negative = np.arange(1, 24, 2)[:9]
values = rng.standard_normal((24, 40)).astype("float32")
values[positive] += np.linspace(-1.5, 2, 40, dtype="float32")
values[:, 3] = values[:, 3] * 3 + 1e6
values[:, 4] *= 1e-20
values[:, 5] = 0.1
values[:, 6] = 0.1
values[positive, 6] = 0.3
values[:, 7] = 0.3
values[positive, 7] = 0.1
values[2, 8] = np.nan
values[2, 9] = np.inf
values[positive, 10] = 0.7
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    test = stats.ttest_ind(values[positive].astype("float64"), values[negative].astype("float64"), axis=0, equal_var=False)
t, p, df = test.statistic, test.pvalue, test.df
# SciPy's variance of a constant unit is not exactly 0 (its mean is rounded), so the constant units follow the definition.
t[5], p[5] = np.nan, np.nan
t[6], p[6], t[7], p[7] = np.inf, 0, -np.inf, 0
finite = np.isfinite(p)
q = np.full(40, np.nan)
q[finite] = stats.false_discovery_control(p[finite])
values.tofile(here / "welch-values.f32")
welch = {
    "units": 40,
    "positive": positive.tolist(),
    "negative": negative.tolist(),
    "t": nullable(t),
    "p": nullable(p),
    "df": nullable(df),
    "q": nullable(q),
}

x = rng.integers(0, 12, 60).astype(float)
y = x + rng.integers(0, 9, 60)
ranks = {
    "x": x.tolist(),
    "y": y.tolist(),
    "ranks": stats.rankdata(x).tolist(),
    "spearman": float(stats.spearmanr(x, y).statistic),
    "pearson": float(stats.pearsonr(x, y).statistic),
    "mean": float(x.mean()),
    "sd0": float(x.std()),
    "sem": float(stats.sem(x)),
    "percentiles": [[c, float(np.percentile(y / 7, c))] for c in (0, 1, 12.5, 33.3, 50, 77.7, 99.9, 100)],
}


def xoshiro128ss(state, n):
    """Blackman & Vigna's xoshiro128** 1.1, transcribed for Python's integers."""
    mask = 0xFFFFFFFF
    rotl = lambda v, k: ((v << k) | (v >> (32 - k))) & mask
    s, out = list(state), []
    for _ in range(n):
        out.append(rotl(s[1] * 5 & mask, 7) * 9 & mask)
        shifted = s[1] << 9 & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = rotl(s[3], 11)
    return out


golden = {
    "student": student,
    "logGamma": log_gamma,
    "logBeta": log_beta,
    "incompleteBeta": beta,
    "welch": welch,
    "ranks": ranks,
    "xoshiro": {"state": [1, 2, 3, 4], "next": xoshiro128ss((1, 2, 3, 4), 12)},
}
(here / "statistics.json").write_text(json.dumps(golden) + "\n")
