"""A planted firing matrix with its lobes, by NumPy and scikit-learn: the numbers behind test/unit/analyses/lobes.

    python test/golden/lobes-analysis/make.py

Three lobes of features share topics of blocks; their decoder rows lean to a common direction each. Feature 7 never fires.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.cluster import SpectralClustering
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_mutual_info_score, balanced_accuracy_score

HERE = Path(__file__).resolve().parent
BLOCKS, FEATURES, WIDTH, LOBES = 800, 150, 16, 3


def planted():
    rng = np.random.default_rng(5)
    lobe = rng.choice(LOBES, FEATURES, p=[0.5, 0.3, 0.2])
    topic = rng.integers(0, LOBES, BLOCKS)
    base = 10 ** rng.uniform(-1.3, -0.6, FEATURES)
    rate = np.clip(base[None] * np.where(lobe[None] == topic[:, None], 3.0, 0.3), 0, 0.95)
    firing = (rng.random((BLOCKS, FEATURES)) < rate).astype(np.uint8)
    firing[:, 7] = 0
    directions = rng.normal(size=(LOBES, WIDTH))
    decoder = rng.normal(size=(FEATURES, WIDTH)) + 0.8 * directions[lobe]
    return firing, (decoder / np.linalg.norm(decoder, axis=1, keepdims=True)).astype(np.float32), lobe


def affinities(n, blocks):
    own = np.diag(n).astype(float)
    i, j = own[:, None], own[None]
    root = np.sqrt(i * (blocks - i) * j * (blocks - j))
    return {
        "phi": (blocks * n - i * j) / root + 1,
        "jaccard": n / (i + j - n),
        "dice": 2 * n / (i + j),
        "overlap": n / np.minimum(i, j),
        "simple-matching": (blocks - i - j + 2 * n) / blocks,
    }


def clustered(affinity):
    affinity = affinity.copy()
    np.fill_diagonal(affinity, 0)
    model = SpectralClustering(LOBES, affinity="precomputed", assign_labels="kmeans", random_state=0, n_init=10)
    return model.fit_predict(affinity)


def main():
    firing, decoder, lobe = planted()
    kept = np.flatnonzero(firing.any(0))
    n = firing.astype(np.int64).T @ firing
    directions = decoder[kept].astype(np.float64)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    geometry = clustered(1 - np.arccos(np.clip(directions @ directions.T, -1, 1)) / np.pi)
    cut = int(0.8 * len(kept))
    found = {}
    for name, affinity in affinities(n[np.ix_(kept, kept)], BLOCKS).items():
        labels = clustered(affinity)
        model = LogisticRegression(max_iter=1000).fit(decoder[kept][:cut], labels[:cut])
        found[name] = {
            "labels": labels.tolist(),
            "ami": adjusted_mutual_info_score(labels, geometry),
            "balancedAccuracy": balanced_accuracy_score(labels[cut:], model.predict(decoder[kept][cut:])),
        }
        print(name, np.bincount(labels), found[name]["ami"], found[name]["balancedAccuracy"])
    np.save(HERE / "firing.npy", firing)
    np.save(HERE / "decoder.npy", decoder)
    golden = {"lobe": lobe.tolist(), "geometry": geometry.tolist(), "affinities": found}
    (HERE / "golden.json").write_text(json.dumps(golden) + "\n")


main()
