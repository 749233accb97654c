"""Qualities, silhouettes and transfer of SmolLM2's word pairs, by transformers and scikit-learn.

    python test/golden/crystals/reference.py MODEL RELATIONS SPLITS

MODEL: the dequantised SmolLM2-135M-Instruct.Q4_1 as a Hugging Face folder; RELATIONS: shared/data/function_vectors/
abstractive; SPLITS: splits.npy of `brainlens crystals` (u8 [splits, pairs]: 0 training, 1 test, 2 left out), which is kept
here as well.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch
from scipy.spatial.distance import cdist, pdist
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import silhouette_score
from sklearn.metrics.pairwise import cosine_similarity
from transformers import AutoModelForCausalLM, AutoTokenizer

here = Path(__file__).parent
model_folder, relations_folder, splits_file = map(Path, sys.argv[1:])
NAMES = [
    "country-capital",
    "country-currency",
    "landmark-country",
    "person-occupation",
    "present-past",
    "product-company",
    "singular-plural",
]
LAYERS = [-1, 0]

pairs, labels = [], []
for label, name in enumerate(NAMES):
    own = json.loads((relations_folder / f"{name}.json").read_text(encoding="utf8"))
    distinct = dict.fromkeys((pair["input"].strip(), pair["output"].strip()) for pair in own)
    pairs += distinct
    labels += [label] * len(distinct)
labels = np.array(labels)
words = list(dict.fromkeys(word for pair in pairs for word in pair))
place = {word: i for i, word in enumerate(words)}
inputs, outputs = (np.array([place[pair[end]] for pair in pairs]) for end in (0, 1))
splits = np.load(splits_file)
np.save(here / "splits.npy", splits)

tokenizer = AutoTokenizer.from_pretrained(model_folder)
model = AutoModelForCausalLM.from_pretrained(model_folder, torch_dtype=torch.float32).eval()
# Blocks behind the second do not reach what is read.
model.model.layers = model.model.layers[:2]
with torch.no_grad():
    # hidden_states[i] is layer i − 1, and neither of these is the last.
    read = [
        model(torch.tensor([tokenizer(word)["input_ids"]]), output_hidden_states=True, use_cache=False).hidden_states
        for word in words
    ]
activations = {
    layer: np.stack([states[layer + 1][0, -1].numpy() for states in read]).astype(np.float64) for layer in LAYERS
}


def qualities(v):
    if len(v) < 2:
        return [None, None]
    upper = np.triu_indices(len(v), 1)
    lengths = np.linalg.norm(v, axis=1)
    total = (lengths[:, None] + lengths[None])[upper]
    ratio = np.divide(pdist(v), total, out=np.ones_like(total), where=total > 0)
    return [cosine_similarity(v)[upper].mean(), 1 - ratio.mean()]


def per_relation(v, own):
    return [qualities(v[own == r]) for r in range(len(NAMES))]


def directions(v, own):
    """Applied without subtracting the mean; eight, or one less than there are relations."""
    return LinearDiscriminantAnalysis(solver="svd").fit(v, own).scalings_[:, : min(8, len(NAMES) - 1)]


def transfer(points, relation, roles):
    own = np.flatnonzero(labels == relation)
    training, test = own[roles[own] == 0], own[roles[own] == 1]
    vector = (points[outputs[training]] - points[inputs[training]]).mean(axis=0)
    candidates = np.unique(outputs[own])
    score = 0.0
    for pair in test:
        others = candidates[candidates != inputs[pair]]
        distances = cdist(points[inputs[pair]][None] + vector, points[others])[0]
        # Words whose last sub-token is the same lie on one point at the embedding.
        nearest = others[distances <= distances.min() + 1e-9]
        answers = set(outputs[own][inputs[own] == inputs[pair]])
        score += sum(word in answers for word in nearest) / len(nearest)
    return score / len(test)


def mean(values):
    return np.array(values).mean(axis=0).tolist()


reference = {"relations": NAMES, "pairs": np.bincount(labels).tolist(), "layers": []}
for layer in LAYERS:
    points = activations[layer]
    differences = points[outputs] - points[inputs]
    found = directions(differences, labels)
    held = {"before": [], "after": [], "silhouette": [], "transfer": []}
    for roles in splits:
        training, test = np.flatnonzero(roles == 0), np.flatnonzero(roles == 1)
        fitted = directions(differences[training], labels[training])
        held["before"].append(per_relation(differences[test], labels[test]))
        held["after"].append(per_relation(differences[test] @ fitted, labels[test]))
        held["silhouette"].append(
            [silhouette_score(v, labels[test]) for v in (differences[test], differences[test] @ fitted)]
        )
        held["transfer"].append(
            [[transfer(p, r, roles) for p in (points, points @ fitted)] for r in range(len(NAMES))]
        )
    reference["layers"].append(
        {
            "layer": layer,
            "before": per_relation(differences, labels),
            "after": per_relation(differences @ found, labels),
            "silhouette": [silhouette_score(v, labels) for v in (differences, differences @ found)],
            "heldOut": {name: mean(values) for name, values in held.items()},
        }
    )
(here / "reference.json").write_text(json.dumps(reference, indent=1) + "\n")
