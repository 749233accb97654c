"""The peer of bench/lobes, and its data.

    peer.py make FOLDER BLOCKS FEATURES WIDTH LOBES    writes firing.npy (u8) and decoder.npy (f32), with planted lobes
    peer.py run FOLDER LOBES --null N --fits N         the analysis with numpy and scikit-learn: prints times and numbers
    peer.py check FOLDER RESULT ROWS                   holds a result of ours against numpy and scikit-learn on the same labels

`run` is what a user of numpy and scikit-learn writes: co-occurrence by one float32 product (exact below 2^24), affinities in
float64, `SpectralClustering`, `adjusted_mutual_info_score`, `LogisticRegression(max_iter=1000)`, 100 draws of each null.
With --fits below --null only so many draws of the two nulls of the regression are run: `fitSeconds` is what those took.
"""

import argparse
import json
import pathlib
import time
import warnings

import numpy as np
from sklearn.cluster import SpectralClustering
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, balanced_accuracy_score

AFFINITIES = ["phi", "jaccard", "dice", "overlap", "simple-matching"]
warnings.filterwarnings("ignore", message="y_pred contains classes")
arguments = argparse.ArgumentParser()
arguments.add_argument("what", choices=["make", "run", "check"])
arguments.add_argument("folder", type=pathlib.Path)
arguments.add_argument("rest", nargs="*")
arguments.add_argument("--null", type=int, default=100)
arguments.add_argument("--fits", type=int, default=100)
options = arguments.parse_args()


def make(blocks, features, width, lobes):
    """
    Blocks have a topic each; a feature fires more often in its lobe's topic. Rates per block span two decades. In space
    three fifths of the features lie with their lobe, the others anywhere: AMI and accuracy are far from 1.
    """
    rng = np.random.default_rng(3)
    options.folder.mkdir(parents=True, exist_ok=True)
    lobe = rng.permutation(np.arange(features) % lobes)
    rates = np.exp(rng.normal(np.log(0.04), 1.0, features)).clip(0.002, 0.4)
    topics = rng.integers(0, lobes, blocks)
    levels = np.where(topics[:, None] == np.arange(lobes), 2.2, 0.4)[:, lobe] * rng.gamma(6, 1 / 6, (blocks, 1))
    firing = (rng.random((blocks, features), dtype=np.float32) < levels * rates).astype(np.uint8)
    firing[:, :: features // 8] = 0  # some features never fire
    centres = rng.standard_normal((lobes, width))
    place = np.where(rng.random(features) < 0.6, lobe, rng.integers(0, lobes, features))
    decoder = rng.standard_normal((features, width)) + 0.35 * centres[place]
    decoder /= np.linalg.norm(decoder, axis=1, keepdims=True)
    np.save(options.folder / "firing.npy", firing)
    np.save(options.folder / "decoder.npy", decoder.astype(np.float32))


def affinities(c, blocks):
    """Matrices by name, one at a time: c holds the blocks in which two features both fired."""
    n = np.diag(c).astype(float)
    sums = n[:, None] + n[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(n * (blocks - n))
        yield "phi", 1 + np.nan_to_num((blocks * c - np.outer(n, n)) / np.outer(root, root))
        yield "jaccard", np.nan_to_num(c / (sums - c))
        yield "dice", np.nan_to_num(2 * c / sums)
        yield "overlap", np.nan_to_num(c / np.minimum(n[:, None], n[None, :]))
        yield "simple-matching", (blocks - sums + 2 * c) / blocks


def cluster(matrix, lobes):
    return SpectralClustering(lobes, affinity="precomputed", assign_labels="kmeans", random_state=42).fit_predict(matrix)


def angular(decoder):
    return 1 - np.arccos(np.clip(decoder @ decoder.T, -1, 1)) / np.pi


def accuracy(X, y):
    cut = int(0.8 * len(y))
    model = LogisticRegression(max_iter=1000).fit(X[:cut], y[:cut])
    return balanced_accuracy_score(y[cut:], model.predict(X[cut:]))


def deciles(rates):
    return np.digitize(rates, np.percentile(rates, np.arange(10, 100, 10)))


def within(labels, strata, rng):
    out = labels.copy()
    for stratum in range(10):
        members = np.flatnonzero(strata == stratum)
        out[members] = labels[rng.permutation(members)]
    return out


def summary(value, null):
    null = np.array(null)
    z = (value - null.mean()) / null.std() if null.std() > 0 else None
    return {"value": value, "nullMean": null.mean(), "nullSd": null.std(), "z": z}


def run(lobes):
    rng = np.random.default_rng(1)
    seconds = {}
    start = time.perf_counter()

    def lap(name):
        nonlocal start
        seconds[name] = seconds.get(name, 0) + time.perf_counter() - start
        start = time.perf_counter()

    firing = np.load(options.folder / "firing.npy")
    decoder = np.load(options.folder / "decoder.npy")
    blocks = len(firing)
    firing = firing.astype(np.float32)
    c = (firing.T @ firing).astype(np.int64)
    kept = np.flatnonzero(np.diag(c))
    c, decoder = c[np.ix_(kept, kept)], decoder[kept]
    del firing
    lap("co-occurrence")
    labels = {name: cluster(matrix, lobes) for name, matrix in affinities(c, blocks)}
    geometry = cluster(angular(decoder), lobes)
    lap("clustering")
    strata = deciles(np.diag(c))
    del c
    found = {name: {} for name in AFFINITIES}
    for name, y in labels.items():
        value = adjusted_mutual_info_score(geometry, y)
        plain = [adjusted_mutual_info_score(rng.permutation(geometry), y) for _ in range(options.null)]
        strict = [adjusted_mutual_info_score(within(geometry, strata, rng), y) for _ in range(options.null)]
        found[name]["ami"] = {**summary(value, plain), "withinDeciles": summary(value, strict)}
    lap("AMI")
    values = {name: accuracy(decoder, y) for name, y in labels.items()}
    lap("position")
    gaussian = {name: [] for name in labels}
    permuted = {name: [] for name in labels}
    for _ in range(options.fits):
        X = rng.standard_normal(decoder.shape).astype(np.float32)
        X /= np.linalg.norm(X, axis=1, keepdims=True)
        for name, y in labels.items():
            gaussian[name].append(accuracy(X, y))
            permuted[name].append(accuracy(decoder, within(y, strata, rng)))
    for name in labels:
        found[name]["position"] = {
            **summary(values[name], gaussian[name]),
            "withinDeciles": summary(values[name], permuted[name]),
        }
    lap("nulls of position")
    everywhere = np.full(len(np.load(options.folder / "decoder.npy", mmap_mode="r")), -1)
    for name, y in {**labels, "geometry": geometry}.items():
        everywhere[kept] = y
        np.save(options.folder / f"peer-{name}.npy", everywhere)
    print(json.dumps({"seconds": seconds, "fitSeconds": seconds["nulls of position"], "found": found}))


def check(result, rows_folder):
    """What must be the same on the same labels, whatever the clustering found."""
    result, rows_folder = pathlib.Path(result), pathlib.Path(rows_folder)
    fields = json.loads((result / "result.json").read_text())["result"]
    firing = np.load(options.folder / "firing.npy").astype(np.float32)
    decoder = np.load(options.folder / "decoder.npy")
    c = (firing.T @ firing).astype(np.int64)
    kept = np.flatnonzero(np.diag(c))
    wrong_counts = int((np.load(result / "cooccurrence.npy") != c).sum())
    c, decoder = c[np.ix_(kept, kept)], decoder[kept]
    chosen = np.fromfile(rows_folder / "rows.i32", "<i4")
    apart = {}
    for name, matrix in [*affinities(c, len(firing)), ("angular", angular(decoder.astype(float)))]:
        ours = np.fromfile(rows_folder / f"{name}.f32", "<f4").reshape(len(chosen), -1)
        difference = np.abs(ours - matrix[chosen])
        difference[np.arange(len(chosen)), chosen] = 0  # the diagonal is zeroed before clustering
        apart[name] = float(difference.max())
    geometry = np.load(result / f"{fields['geometry'][0]['labels']}.npy")[kept]
    peers = {name: np.load(options.folder / f"peer-{name}.npy")[kept] for name in [*AFFINITIES, "geometry"]}
    agreement = {"geometry": {"ari": adjusted_rand_score(geometry, peers["geometry"])}}
    for each in fields["affinities"]:
        labels = np.load(result / f"{each['labels']}.npy")[kept]
        agreement[each["name"]] = {
            "ari": adjusted_rand_score(labels, peers[each["name"]]),
            "ami": abs(adjusted_mutual_info_score(geometry, labels) - each["ami"]["value"]),
            "balancedAccuracy": abs(accuracy(decoder, labels) - each["position"]["balancedAccuracy"]),
        }
    print(json.dumps({"wrongCounts": wrong_counts, "affinities": apart, "agreement": agreement}))


if options.what == "make":
    make(*(int(value) for value in options.rest))
elif options.what == "run":
    run(int(options.rest[0]))
else:
    check(*options.rest)
