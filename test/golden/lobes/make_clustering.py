"""Golden numbers of co-occurrence, affinities and spectral clustering: numpy, scipy and scikit-learn 1.9.

Run from this folder: python make_clustering.py
Writes clustering-firing.u8 (packed bits, blocks x features), clustering-decoder.f32 and clustering.json.

The planted structure is nested, so that the spectrum has a gap after two, three and five eigenvalues: five topics, of which
the first two, and the last two, share a theme. One feature fires in every block, six never fire.
"""
import json
import warnings

import numpy as np
from scipy.linalg import eigh
from scipy.sparse.csgraph import laplacian
from sklearn.cluster import KMeans, SpectralClustering
from sklearn.metrics import adjusted_rand_score

warnings.filterwarnings("ignore", message="Graph is not fully connected")
FEATURES, BLOCKS, WIDTH = 600, 800, 16
DEAD, ALWAYS = [7, 130, 131, 299, 450, 599], 42
rng = np.random.default_rng(20241)

topic_of_feature = rng.permutation(np.arange(FEATURES) % 5)
theme = np.array([0, 0, 1, 2, 2])
topic_of_block = rng.integers(0, 5, BLOCKS)
same_topic = topic_of_feature[None, :] == topic_of_block[:, None]
same_theme = theme[topic_of_feature][None, :] == theme[topic_of_block][:, None]
rate = np.exp(rng.normal(-1.6, 0.5, FEATURES))
p = np.clip(rate[None, :] * np.where(same_topic, 3.2, np.where(same_theme, 1.6, 0.25)), 0, 0.95)
fired = rng.random((BLOCKS, FEATURES)) < p
fired[:, ALWAYS] = True
fired[:, DEAD] = False
np.packbits(fired).tofile("clustering-firing.u8")

centres = rng.normal(size=(5, WIDTH))
centres[1] = 0.75 * centres[0] + 0.65 * centres[1]
centres[4] = 0.75 * centres[3] + 0.65 * centres[4]
centres[:3] += 1.2 * rng.normal(size=WIDTH)
decoder = (centres[topic_of_feature] + 0.5 * rng.normal(size=(FEATURES, WIDTH))).astype(np.float32)
decoder *= rng.uniform(0.5, 2, (FEATURES, 1)).astype(np.float32)
decoder[17] = decoder[18]
decoder[20] = -decoder[21]
decoder.tofile("clustering-decoder.f32")


def affinities(counts, d, T):
    with np.errstate(invalid="ignore", divide="ignore"):
        c, a, b = counts.astype(np.float64), d[:, None].astype(np.float64), d[None, :].astype(np.float64)
        n10, n01 = a - c, b - c
        n00 = T - a - b + c
        phi = (c * n00 - n10 * n01) / (np.sqrt(a) * np.sqrt(T - a) * np.sqrt(b) * np.sqrt(T - b))
        found = {
            "phi": np.nan_to_num(phi) + 1,
            "jaccard": np.nan_to_num(c / (a + b - c)),
            "dice": np.nan_to_num(2 * c / (a + b)),
            "overlap": np.nan_to_num(c / np.minimum(a, b)),
            "simple-matching": (n00 + c) / T,
        }
    return found


def clustering(affinity):
    lap, _ = laplacian(affinity, normed=True, return_diag=True)
    np.fill_diagonal(lap, 1)
    values = eigh(lap, eigvals_only=True)
    out = {"eigenvalues": values[:8].tolist(), "labels": {}}
    for k in (2, 3, 5):
        runs = [
            SpectralClustering(k, affinity="precomputed", assign_labels="kmeans", random_state=seed).fit_predict(affinity)
            for seed in (42, 43, 44)
        ]
        stable = min(adjusted_rand_score(runs[0], run) for run in runs[1:])
        gap = values[k] - values[k - 1]
        # Where scikit-learn disagrees with itself under another seed, or the spectrum has no gap, labels say nothing.
        if stable >= 0.999 and gap >= 0.01:
            out["labels"][str(k)] = "".join(map(str, runs[0]))
        print(f"   k={k} gap {gap:.4f} agreement of seeds {stable:.4f}")
    return out


x = fired.astype(np.int64)
counts = x.T @ x
d = np.diag(counts).copy()
kept = np.flatnonzero(d > 0)
golden = {
    "features": FEATURES,
    "blocks": BLOCKS,
    "width": WIDTH,
    "dead": DEAD,
    "countSum": int(np.triu(counts).sum()),
    "countWeighted": int((np.triu(counts) * (1 + np.arange(FEATURES)[:, None] * 3 + np.arange(FEATURES)[None, :])).sum()),
    "affinities": {},
    "clusterings": {},
}
everything = affinities(counts, d, BLOCKS)
pairs = rng.integers(0, FEATURES, (40, 2)).tolist() + [[42, 42], [42, 7], [7, 7], [7, 130], [5, 42], [599, 3], [0, 0]]
golden["pairs"] = pairs
for name, matrix in everything.items():
    golden["affinities"][name] = {
        "samples": [matrix[i, j] for i, j in pairs],
        "sum": matrix.sum(),
        "rowSums": matrix[:5].sum(axis=1).tolist(),
    }
    print(name)
    golden["clusterings"][name] = clustering(matrix[np.ix_(kept, kept)])
print("jaccard, with the dead")
golden["clusterings"]["jaccard-dead"] = clustering(everything["jaccard"])

w = decoder.astype(np.float64)
w /= np.linalg.norm(w, axis=1, keepdims=True)
angular = 1 - np.arccos(np.clip(w @ w.T, -1, 1)) / np.pi
print("angular")
golden["angular"] = {
    "samples": [angular[i, j] for i, j in pairs],
    "sum": angular.sum(),
    "clustering": clustering(angular),
}

points = np.vstack([rng.normal(size=(60, 3)) * 0.7 + 3 * rng.normal(size=3) for _ in range(6)])
best = min((KMeans(6, n_init=50, random_state=s).fit(points) for s in range(4)), key=lambda fit: fit.inertia_)
golden["kmeans"] = {
    "dimensions": 3,
    "points": points.round(6).ravel().tolist(),
    "clusters": 6,
    "inertia": KMeans(6, n_init=50, random_state=0).fit(points.round(6)).inertia_,
    "labels": "".join(map(str, best.labels_)),
}
with open("clustering.json", "w") as file:
    json.dump(golden, file)
    file.write("\n")
