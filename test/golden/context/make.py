"""What transformers (float32, one window at a time) computes of words with the last c tokens only.

    python make.py        # needs numpy, torch, transformers 4.x; reads ../../../samples, writes beside itself

golden.json: `words` and their `run`, `lengths` (null: full), `layers`; `ends`: of every word the token after its last.
last.npy f32 [lengths, words, layers, width], mean.npy f32 [lengths, words, width] of the last layer (the mean over the
word's sub-tokens inside the window), bos.npy f32 [lengths, words, width] of the last layer with BOS before every window.
planted/: a dataset whose responses read out layer 2 of windows of 5 tokens.
"""
import csv
import json
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

HERE = Path(__file__).parent
SAMPLES = HERE.parents[2] / "samples"
MODEL = SAMPLES / "models/tiny-random"
LENGTHS = [1, 2, 5, 12, None]
LAYERS = [0, 3]
BOS = 0

tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(MODEL / "tokenizer.json"))
model = AutoModelForCausalLM.from_pretrained(MODEL, torch_dtype=torch.float32, attn_implementation="eager").eval()
with open(SAMPLES / "datasets/simulated/sentences.csv") as file:
    sentences = [row["sentence"].split() for row in csv.DictReader(file)]


def streams(ids):
    """f32 [layers, tokens, width], before the final norm."""
    seen = []
    hooks = [
        block.register_forward_hook(lambda _, __, out: seen.append((out[0] if isinstance(out, tuple) else out)[0]))
        for block in model.model.layers
    ]
    with torch.no_grad():
        model(torch.tensor([ids]), use_cache=False)
    for hook in hooks:
        hook.remove()
    return torch.stack(seen).numpy()


def tokens(words):
    """Ids of the joined words, and of every word its first token and the one after its last: the blank is the word's."""
    encoded = tokenizer(" ".join(words), return_offsets_mapping=True, add_special_tokens=False)
    starts, at = [], 0
    for word in words:
        starts.append(max(0, at - 1))
        at += len(word) + 1
    first = [next(t for t, (begin, _) in enumerate(encoded["offset_mapping"]) if begin >= start) for start in starts]
    return encoded["input_ids"], first, first[1:] + [len(encoded["input_ids"])]


def window(ids, end, length):
    return ids[:end] if length is None else ids[max(0, end - length):end]


runs = {"a": sum(sentences[:2], [])[:18], "b": sentences[2][:6]}
last, mean, bos, ends = [[] for _ in LENGTHS], [[] for _ in LENGTHS], [[] for _ in LENGTHS], []
for words in runs.values():
    ids, first, after = tokens(words)
    ends += after
    for begin, end in zip(first, after):
        for i, length in enumerate(LENGTHS):
            own = window(ids, end, length)
            stream = streams(own)
            inside = min(end - begin, len(own))
            last[i].append(stream[LAYERS, -1])
            mean[i].append(stream[-1, -inside:].astype(np.float64).mean(0))
            bos[i].append(streams([BOS] + own)[-1, -1])
np.save(HERE / "last.npy", np.asarray(last, np.float32))
np.save(HERE / "mean.npy", np.asarray(mean, np.float32))
np.save(HERE / "bos.npy", np.asarray(bos, np.float32))
(HERE / "golden.json").write_text(json.dumps({
    "words": [word for words in runs.values() for word in words],
    "run": [run for run, words in runs.items() for _ in words],
    "lengths": LENGTHS, "layers": LAYERS, "ends": ends,
}) + "\n")

rng = np.random.default_rng(8)
PLANTED, LENGTH, LAYER, UNITS = HERE / "planted", 5, 2, 4
PLANTED.mkdir(exist_ok=True)
rows, features = [], []
for run in range(8):
    words = sum(sentences[10 + 3 * run:13 + 3 * run], [])
    ids, _, after = tokens(words)
    rows += [(len(rows) + i, word, run) for i, word in enumerate(words)]
    features += [streams(window(ids, end, LENGTH))[LAYER, -1] for end in after]
X = np.asarray(features, np.float64)
X = (X - X.mean(0)) / X.std(0)
Y = X @ rng.standard_normal((X.shape[1], UNITS))
Y = Y / Y.std(0) + 0.2 * rng.standard_normal(Y.shape)
np.save(PLANTED / "responses.npy", Y.astype(np.float32))
with open(PLANTED / "words.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["id", "word", "run"])
    writer.writerows(rows)
(PLANTED / "dataset.yaml").write_text("""name: Planted context
simulated: true
granularity: word
stimuli: { file: words.csv, text: word, id: id, group: run }
words: { file: words.csv, word: word, run: run }
responses: { file: responses.npy }
""")
