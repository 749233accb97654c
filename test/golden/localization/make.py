"""A small localization with SciPy, by the definitions: python make.py (numpy 2.4, scipy 1.17)."""
import json
import warnings
from pathlib import Path

import numpy as np
from scipy import stats

here = Path(__file__).parent
rng = np.random.default_rng(3)

layers, width, fraction = 3, 24, 0.15
labels = np.array((["S", "N", "N", "S", "J"] * 5)[:23])
n = len(labels)
a = rng.standard_normal((n, layers, width)).astype("float32")
gain = rng.uniform(-0.5, 2, (layers, width)).astype("float32")
a += np.sign(a) * gain * (labels == "S")[:, None, None]
a[:, 0, 5] = 40 + 3 * a[:, 0, 5]  # massive
a[:, 1, 9] *= 100  # massive
a[:, 2, 7] = a[:, 1, 3]  # the same t twice
a[:, 0, 0] = 0.25  # no t
a.tofile(here / "activations.f32")

x = np.abs(a.astype("float64")).reshape(n, -1)
units = layers * width
k = int(fraction * units)


def welch(rows_s, rows_n):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        test = stats.ttest_ind(x[rows_s], x[rows_n], axis=0, equal_var=False)
    return test.statistic, test.pvalue


def top(t):
    """k largest, ties to the lower unit; NaN never."""
    order = np.lexsort((np.arange(units), -np.where(np.isnan(t), -np.inf, t)))
    return np.sort(order[:k])


rows = {c: np.flatnonzero(labels == c) for c in "SNJ"}
t, p = welch(rows["S"], rows["N"])
q = np.full(units, np.nan)
q[np.isfinite(p)] = stats.false_discovery_control(p[np.isfinite(p)])
selected = top(t)

half = {name: {c: r[start::2] for c, r in rows.items()} for start, name in enumerate(("odd", "even"))}
t_half = {name: welch(h["S"], h["N"])[0] for name, h in half.items()}
chosen = {name: top(v) for name, v in t_half.items()}
shared = np.isfinite(t_half["odd"]) & np.isfinite(t_half["even"])
sd = x.std(0)
z = (x - x.mean(0)) / np.where(sd == 0, 1, sd)
profile = {}
for c in "SNJ":
    on_odd = z[half["odd"][c]][:, chosen["even"]].mean(1)
    on_even = z[half["even"][c]][:, chosen["odd"]].mean(1)
    both = np.concatenate([on_odd, on_even])
    profile[c] = {
        "mean": both.mean(),
        "sem": stats.sem(both),
        "n": len(both),
        "odd": [on_odd.mean(), stats.sem(on_odd)],
        "even": [on_even.mean(), stats.sem(on_even)],
    }
magnitude = x.mean(0).reshape(layers, width)
massive = {int(l * width + j) for l in range(layers) for j in np.argsort(-magnitude[l])[:3]}

text = lambda values: [float(v) if np.isfinite(v) else "NaN" for v in values]
golden = {
    "layers": layers,
    "width": width,
    "fraction": fraction,
    "labels": labels.tolist(),
    "t": text(t),
    "p": text(p),
    "q": text(q),
    "selected": selected.tolist(),
    "threshold": float(t[selected].min()),
    "dice": 2 * len(np.intersect1d(chosen["odd"], chosen["even"])) / (2 * k),
    "spearman": float(stats.spearmanr(t_half["odd"][shared], t_half["even"][shared]).statistic),
    "profile": profile,
    "massive": len(massive & set(selected.tolist())),
    "magnitude": magnitude.ravel().tolist(),
    "range": [float(np.nanpercentile(t, 40)), float(np.nanpercentile(t, 75))],
    "smallest": np.sort(np.lexsort((np.arange(units), np.where(np.isnan(t), np.inf, t)))[:k]).tolist(),
    "meansOfFirst": [float(x[rows[c]][:, np.nanargmax(t)].mean()) for c in "SNJ"],
}
(here / "localization.json").write_text(json.dumps(golden) + "\n")
