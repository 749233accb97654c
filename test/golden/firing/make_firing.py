"""What transformers and numpy say about the firing of a small SAE on ../../../samples/models/tiny-random.

    python make_firing.py        # needs numpy, torch, transformers 4.x

A ReLU SAE of 96 features on layer 2 (width 64) with random weights; documents of random words, cut to 120 tokens, blocks
of 32. No pre-activation lies within 3e-4 of 0 or of the threshold, and no two that compete for a context within 2e-5, so
that float32 in another order gives the same sets and the same order.
"""
import json
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = Path(__file__).parent
MODEL = HERE.parents[2] / "samples/models/tiny-random"
LAYER, FEATURES, BLOCK, LIMIT, THRESHOLD, PLACES, AROUND = 2, 96, 32, 120, 1.0, 5, 4
SEED = 0

tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForCausalLM.from_pretrained(MODEL, torch_dtype=torch.float32, attn_implementation="eager").eval()
seen = []
model.model.layers[LAYER].register_forward_hook(
    lambda _, __, out: seen.append((out[0] if isinstance(out, tuple) else out)[0]))

random = np.random.default_rng(SEED)
words = "lobe feature sparse block token cortex voxel layer stream the of and a in to is on by for with".split()
types = ["prose", "code"]
documents = []
for i in range(12):
    picked = random.choice(words, size=int(random.integers(5, 60)))
    # Documents that begin alike would have equal activations there.
    documents.append({"text": chr(65 + i) + " " + " ".join(picked), "type": types[i % 2]})


def forward(ids):
    seen.clear()
    with torch.no_grad():
        model(torch.tensor([ids]), use_cache=False)
    return seen[0].numpy()


streams, ids_of = [], []
for document in documents:
    ids = tokenizer(document["text"]).input_ids[:LIMIT]
    ids_of.append(ids)
    streams.append(forward(ids))
everything = np.concatenate(streams)
mean, spread = everything.mean(0), everything.std()

# Weights of few decimals, so that the JSON is small and exact in float32.
encoder = np.round(random.standard_normal((FEATURES, 64)) / spread / 4, 3).astype(np.float32)
decoder = np.round(random.standard_normal((FEATURES, 64)) * spread / 16, 4).astype(np.float32)
bias = np.round(random.uniform(-3.5, -1.5, FEATURES), 3).astype(np.float32)
decoder_bias = np.round(mean, 4).astype(np.float32)
products = (everything.astype(np.float64) - decoder_bias) @ encoder.T.astype(np.float64)
for feature in range(FEATURES):
    while min(np.abs(products[:, feature] + bias[feature] - t).min() for t in (0, THRESHOLD)) < 3e-4:
        bias[feature] = np.round(bias[feature] - 0.001, 3)
bias[7] = -100  # never fires


def encode(x):
    return np.maximum((x.astype(np.float64) - decoder_bias) @ encoder.T.astype(np.float64) + bias, 0)


sets, block_documents, document_types, kept = [], [], [], []
token_counts, block_counts = np.zeros(FEATURES, int), np.zeros(FEATURES, int)
candidates = [[] for _ in range(FEATURES)]
tokens = dropped = without = cut = 0
for document, ids, x in zip(documents, ids_of, streams):
    cut += len(tokenizer(document["text"]).input_ids) > LIMIT
    whole = len(ids) // BLOCK * BLOCK
    dropped += len(ids) - whole
    if whole == 0:
        without += 1
        continue
    f = encode(x[:whole])
    number = len(kept)
    kept.append(document)
    document_types.append(document["type"])
    fires = f > THRESHOLD
    token_counts += fires.sum(0)
    tokens += whole
    for start in range(0, whole, BLOCK):
        fired = fires[start:start + BLOCK].any(0)
        sets.append(np.flatnonzero(fired).tolist())
        block_documents.append(number)
        block_counts += fired
    for place, feature in zip(*np.nonzero(f)):
        window = [ids[i] if 0 <= i < whole else -1 for i in range(place - AROUND, place + AROUND + 1)]
        candidates[feature].append((float(f[place, feature]), number, int(place), window))

contexts = []
for found in candidates:
    found.sort(key=lambda c: (-c[0], c[1], c[2]))
    taken, per_document = [], {}
    for i, candidate in enumerate(found):
        if len(taken) == PLACES:
            break
        if per_document.get(candidate[1], 0) == 2:
            continue
        assert i == 0 or found[i - 1][0] - candidate[0] > 2e-5, found[i - 1][0] - candidate[0]
        per_document[candidate[1]] = per_document.get(candidate[1], 0) + 1
        taken.append(candidate)
    contexts.append([{"value": round(v, 6), "document": d, "place": p, "window": w} for v, d, p, w in taken])

# Fit on all tokens of all documents, blocks or not.
x = everything.astype(np.float64)
f = encode(everything)
residual = x - (f @ decoder.astype(np.float64) + decoder_bias)
rest = np.ones(len(x), bool)
rest[np.cumsum([0] + [len(s) for s in streams[:-1]])] = False


def explained(rows):
    return 1 - (residual[rows] ** 2).sum() / ((x[rows] - x[rows].mean(0)) ** 2).sum()


fit = {
    "tokens": len(x), "varianceExplained": explained(np.ones(len(x), bool)), "varianceExplainedWithoutFirst": explained(rest),
    "l0": (f > 0).sum() / len(x), "meanSquaredError": (residual ** 2).mean(), "deadShare": float((~(f > 0).any(0)).mean()),
}
(HERE / "firing.json").write_text(json.dumps({
    "settings": {"layer": LAYER, "features": FEATURES, "blockTokens": BLOCK, "maxTokens": LIMIT, "threshold": THRESHOLD,
                 "contextsPerFeature": PLACES, "contextTokens": AROUND},
    "documents": documents,
    "sae": {name: [float(f"{v:.4f}") for v in value.ravel()] for name, value in
            {"encoder": encoder, "encoderBias": bias, "decoder": decoder, "decoderBias": decoder_bias}.items()},
    "blocks": sets, "blockDocuments": block_documents, "documentTypes": document_types, "tokens": tokens,
    "tokenCounts": token_counts.tolist(), "blockCounts": block_counts.tolist(),
    "dropped": {"tokens": dropped, "documents": without}, "cut": int(cut), "contexts": contexts, "fit": fit,
}) + "\n")
print(len(sets), "blocks", tokens, "tokens", dropped, without, cut, fit, block_counts.min(), block_counts.max(), "gap")
