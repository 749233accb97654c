"""The galaxy scale in numpy, scipy and scikit-learn, as its users write it."""

import json
import sys
import time

import numpy as np
from scipy.special import digamma, gammaln
from scipy.stats import linregress
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler


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


def spectrum(points):
    return np.linalg.eigvalsh(np.cov(points, rowvar=False))[::-1]


def paper_code(raw):
    """5,000 rows, standardised, on 100 exact principal components; mean ln λ in place of the unit ball's volume."""
    rows = raw[np.random.default_rng(2).choice(len(raw), 5000, replace=False)]
    pca = PCA(100, svd_solver="covariance_eigh")
    scores = pca.fit_transform(StandardScaler().fit_transform(rows))
    rho = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(scores).kneighbors(scores)[0][:, 1]
    n, d = scores.shape
    return d * np.log(rho + 0.01).mean() + np.log(pca.explained_variance_).mean() + np.log(n - 1) - digamma(1)


def run(path, draws, halves):
    raw = np.load(path).astype(np.float64)
    n, width = raw.shape
    centred = raw - raw.mean(0)
    values, vectors = np.linalg.eigh(np.cov(centred, rowvar=False))
    values, vectors = values[::-1], vectors[:, ::-1]
    scores = centred @ vectors[:, :100]
    entropy, gauss = entropies(scores, values[:100])
    paper = paper_code(raw)
    rng = np.random.default_rng(1)
    start = time.perf_counter()
    clustering = []
    for _ in range(draws):
        slope(spectrum(rng.standard_normal((n, width))), 1, 100)
        cloud = rng.standard_normal((n, 100)) * np.sqrt(values[:100])
        null_entropy, null_gauss = entropies(cloud, spectrum(cloud))
        clustering.append(null_gauss - null_entropy)
    null_seconds = time.perf_counter() - start
    start = time.perf_counter()
    slopes, volumes, clusterings = [], [], []
    for _ in range(halves):
        half = rng.choice(n, n // 2, replace=False)
        own = spectrum(raw[half])
        slopes.append(slope(own, 1, 100)[0])
        volumes.append(np.log(own[:100]).sum())
        half_entropy, half_gauss = entropies(scores[half], spectrum(scores[half]))
        clusterings.append(half_gauss - half_entropy)
    print(
        json.dumps(
            {
                "slope": slope(values, 1, 100)[0],
                "slopePaperCode": slope(values, 11, 150)[0],
                "logVolume": float(np.log(values[:100]).sum()),
                "entropy": float(entropy),
                "gaussianEntropy": float(gauss),
                "entropyPaperCode": float(paper),
                "nullMean": float(np.mean(clustering)),
                "nullSd": float(np.std(clustering)),
                "nullSeconds": null_seconds,
                "draws": draws,
                "halfSds": [float(np.std(some)) for some in (slopes, volumes, clusterings)],
                "halfSeconds": time.perf_counter() - start,
                "halves": halves,
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        run(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
