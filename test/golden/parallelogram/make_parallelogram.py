"""Planes and qualities of four points by NumPy, for test/unit/shared/parallelogram.test.ts.

    python test/golden/parallelogram/make_parallelogram.py

The corners are two word pairs a, b, a', b' in some dimensions. Plane: singular value decomposition of the centred points
(PCA), not classical scaling as in the panel. Qualities: the definitions on the difference vectors themselves.
"""

import json
from pathlib import Path

import numpy as np

random = np.random.default_rng(20240913)


def case(name, points):
    points = np.asarray(points, dtype=np.float64)
    centred = points - points.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    plane = (u * s)[:, :2]
    if plane.shape[1] < 2:
        plane = np.hstack([plane, np.zeros((4, 1))])
    squares = ((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=-1)
    v, w = points[1] - points[0], points[3] - points[2]
    lengths = np.linalg.norm(v), np.linalg.norm(w)
    return {
        "name": name,
        "squares": squares.ravel().tolist(),
        "plane": plane.T.tolist(),
        "share": float((s[:2] ** 2).sum() / (s**2).sum()),
        "parallelogram": float(1 - np.linalg.norm(v - w) / sum(lengths)),
        "cosine": float(v @ w / np.prod(lengths)),
    }


a, shift, step = random.normal(size=(3, 64))
noisy = random.normal(size=(4, 576)) * np.linspace(1, 8, 576)
cases = [
    case("a parallelogram", [a, a + shift, a + 3 * step, a + 3 * step + shift]),
    case("four words of 576 dimensions", noisy),
    case("the same far from the origin", noisy + 100),
    case("two discriminant directions", random.normal(size=(4, 2))),
    case("one discriminant direction", random.normal(size=(4, 1))),
    case("pairs with a common input", [a, a + shift, a, a + shift + 0.3 * step]),
    case("opposite arrows", [a, a + shift, a + step, a + step - 2 * shift]),
]
Path(__file__).with_name("parallelogram.json").write_text(json.dumps({"cases": cases}, indent=1) + "\n")
