"""The galaxy scale in numpy, scipy and scikit-learn, as its users write it."""

import json
import sys
import time

import numpy as np
from scipy.special import digamma, gammaln
from scipy.stats import linregress
from sklearn.neighbors import NearestNeighbors


def make(path, features, width):
    rng = np.random.default_rng(0)
    scale = np.arange(1, width + 1) ** -0.45
    centres = rng.standard_normal((400, width)) * scale
    points = centres[rng.integers(0, 400, features)] + rng.standard_normal((features, width)) * scale
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    np.save(path, points.astype(np.float32))


def slope(values, first, last):
    ranks = np.arange(first, last + 1)
    fit = linregress(np.log10(ranks), np.log10(values[first - 1 : last]))
    return fit.slope, fit.stderr


def entropies(points, values):
    n, d = points.shape
    rho = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(points).kneighbors(points)[0][:, 1]
    entropy = d * np.log(rho).mean() + d / 2 * np.log(np.pi) - gammaln(d / 2 + 1) + digamma(n) - digamma(1)
    return entropy, d / 2 * (1 + np.log(2 * np.pi)) + 0.5 * np.log(values).sum()


def run(path, draws):
    raw = np.load(path).astype(np.float64)
    n, width = raw.shape
    centred = raw - raw.mean(0)
    values, vectors = np.linalg.eigh(np.cov(centred, rowvar=False))
    values, vectors = values[::-1], vectors[:, ::-1]
    scores = centred @ vectors[:, :100]
    entropy, gauss = entropies(scores, values[:100])
    start = time.perf_counter()
    rng = np.random.default_rng(1)
    clustering = []
    for _ in range(draws):
        slope(np.linalg.eigvalsh(np.cov(rng.standard_normal((n, width)), rowvar=False))[::-1], 1, 100)
        cloud = rng.standard_normal((n, 100)) * np.sqrt(values[:100])
        own = np.linalg.eigvalsh(np.cov(cloud, rowvar=False))
        null_entropy, null_gauss = entropies(cloud, own)
        clustering.append(null_gauss - null_entropy)
    print(
        json.dumps(
            {
                "slope": slope(values, 1, 100)[0],
                "slopePaperCode": slope(values, 11, 150)[0],
                "logVolume": float(np.log(values[:100]).sum()),
                "entropy": float(entropy),
                "gaussianEntropy": float(gauss),
                "nullMean": float(np.mean(clustering)),
                "nullSd": float(np.std(clustering)),
                "nullSeconds": time.perf_counter() - start,
                "draws": draws,
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        run(sys.argv[2], int(sys.argv[3]))
