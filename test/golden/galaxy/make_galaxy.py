"""Golden numbers for the galaxy scale: NumPy and SciPy on a small decoder with a power-law spectrum and clusters.

Usage: python test/golden/galaxy/make_galaxy.py   (numpy, scipy, scikit-learn)
"""

import json
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import digamma, gammaln
from scipy.stats import linregress

HERE = Path(__file__).parent


def decoder(rows=600, width=40, seed=7):
    """Rows of unit norm around a few centres, columns of unequal spread."""
    rng = np.random.default_rng(seed)
    scale = np.arange(1, width + 1) ** -0.6
    centres = rng.standard_normal((12, width)) * scale * 1.5
    points = centres[rng.integers(0, 12, rows)] + rng.standard_normal((rows, width)) * scale
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points.astype(np.float32)


def large_decoder(rows=4096, width=256):
    """A decoder that the test makes again, bit by bit: sums of hashed integers, scaled in correctly rounded float64.

    Column scales fall as a power law does not quite, so that the two ranges of ranks have slopes of their own; rows lie
    around 40 centres.
    """

    def uniform(index):
        """murmur3's finaliser: 32 bits of the index, to −0.5 … 0.5."""
        h = index.astype(np.uint64)
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            h = ((h ^ (h >> np.uint64(shift))) * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
        return (h ^ (h >> np.uint64(16))) / 2**32 - 0.5

    row, column = np.arange(rows)[:, None], np.arange(width)[None]
    noise = uniform(row * width + column)
    centre = uniform(1_500_000_000 + (row % 40) * width + column)
    return ((noise + centre) / (1 + column / 8)).astype(np.float32)


def large():
    points = large_decoder().astype(np.float64)
    values = np.linalg.eigvalsh(np.cov(points, rowvar=False))[::-1]
    scores, lambdas = principal(points, 100)
    return {
        "rows": points.shape[0],
        "width": points.shape[1],
        "corner": points[:2, :3].tolist() + points[-2:, -3:].tolist(),
        "eigenvalues": values.tolist(),
        "ranks1": slope(values, 1, 100),
        "ranks11": slope(values, 11, 150),
        "entropy": kozachenko_leonenko(scores, 1),
        "gaussian": float(50 * (1 + np.log(2 * np.pi)) + 0.5 * np.log(lambdas).sum()),
        # 5,000 rows or fewer: all of them.
        "paperCode": paper_code(points, 1),
    }


def slope(values, first, last):
    ranks = np.arange(first, min(last, len(values)) + 1)
    fit = linregress(np.log10(ranks), np.log10(values[ranks - 1]))
    return {"slope": fit.slope, "error": fit.stderr, "logVolume": float(np.log(values[ranks - 1]).sum())}


def kozachenko_leonenko(points, k):
    n, d = points.shape
    rho = cKDTree(points).query(points, k + 1)[0][:, k]
    ball = d / 2 * np.log(np.pi) - gammaln(d / 2 + 1)
    return float(d * np.log(rho).mean() + ball + digamma(n) - digamma(k))


def principal(points, components):
    centred = points - points.mean(0)
    values, vectors = np.linalg.eigh(np.cov(centred, rowvar=False))
    order = np.argsort(values)[::-1][:components]
    return centred @ vectors[:, order], values[order]


def paper_code(points, k, components=100):
    z = (points - points.mean(0)) / points.std(0)
    scores, values = principal(z, min(components, points.shape[1]))
    rho = cKDTree(scores).query(scores, k + 1)[0][:, k]
    n, d = scores.shape
    entropy = d * np.log(rho + 0.01).mean() + np.log(np.maximum(values, 1e-10)).mean() + np.log(n - 1) - digamma(k)
    gauss = d / 2 * (1 + np.log(2 * np.pi)) + 0.5 * np.log(np.maximum(values, 1e-10)).sum()
    return {"entropy": float(entropy), "gaussian": float(gauss)}


def main():
    raw = decoder()
    raw.tofile(HERE / "decoder.f32")
    points = raw.astype(np.float64)
    values = np.linalg.eigvalsh(np.cov(points, rowvar=False))[::-1]
    scores, lambdas = principal(points, 100)
    few, few_lambdas = principal(points, 10)
    n, d = points.shape
    out = {
        "rows": n,
        "width": d,
        "eigenvalues": values.tolist(),
        "ranks1": slope(values, 1, 100),
        "ranks11": slope(values, 11, 150),
        "entropy": {str(k): kozachenko_leonenko(scores, k) for k in (1, 3)},
        "entropyOfTen": kozachenko_leonenko(few, 1),
        "gaussian": float(d / 2 * (1 + np.log(2 * np.pi)) + 0.5 * np.log(lambdas).sum()),
        "gaussianOfTen": float(5 * (1 + np.log(2 * np.pi)) + 0.5 * np.log(few_lambdas).sum()),
        "paperCode": paper_code(points, 1),
        "digamma": {str(n): float(digamma(n)) for n in (1, 2, 3, 10, 19, 20, 21, 600, 16384)},
    }
    (HERE / "galaxy.json").write_text(json.dumps(out, indent=1) + "\n")
    (HERE / "large.json").write_text(json.dumps(large(), indent=1) + "\n")


if __name__ == "__main__":
    main()
