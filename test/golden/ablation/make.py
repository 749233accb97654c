"""Makes small tasks and what PyTorch (float32, forward hooks) answers to them with units of a tiny model silenced.

    python make.py        # needs torch, transformers 4.x, numpy, scipy

The model (../models/llama-llama3) has one token per byte, so that regions and choices are cut by character here.
"""
import json
from pathlib import Path

import numpy as np
import torch
from scipy import stats
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

HERE = Path(__file__).parent
MODEL = HERE.parent / "models" / "llama-llama3"
CONTEXT = 64
model = AutoModelForCausalLM.from_pretrained(MODEL, torch_dtype=torch.float32).eval()
tokenizer = PreTrainedTokenizerFast.from_pretrained(MODEL)
blocks = model.model.layers
layers, width = len(blocks), model.config.hidden_size
rng = np.random.default_rng(11)

nouns, verbs = ["cat", "dogs", "old man", "bird", "girls", "team"], ["runs", "sleep", "sang", "eats", "go", "won"]
pairs = [{"sentence_good": f"The {n} {v}.", "sentence_bad": f"The {n} {v[::-1]}."} for n in nouns for v in verbs[:4]]
choices = [{"context": f"{a} + {b} =", "choices": [str(a + b + d) for d in (3, 0, 10)], "answer": 1}
           for a, b in rng.integers(2, 60, (16, 2)).tolist()]
texts = [{"text": f"{n} {v} here", "condition": "short"} for n, v in zip(nouns, verbs)]
texts.append({"text": "a text that is longer than the context of this model, so that it goes through in windows " * 2,
              "condition": "long"})
suite = {"meta": {"name": "suite", "metric": "sum"},
         "predictions": [{"type": "formula", "formula": "(2;%b%) > (2;%a%)"},
                         {"type": "formula", "formula": "((3;%b%) - (2;%a%)) > 0"}],
         "items": [{"item_number": i + 1, "conditions": [
             {"condition_name": c, "regions": [{"region_number": 1, "content": f"The {nouns[i % 6]}"},
                                               {"region_number": 2, "content": verb},
                                               {"region_number": 3, "content": "there."}]}
             for c, verb in (("a", verbs[i % 6]), ("b", verbs[(i + 1 + i // 6) % 6]))]} for i in range(12)]}
reference = [f"The {n} {v} now." for n, v in zip(nouns, reversed(verbs))]


def lines(name, rows):
    (HERE / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


lines("pairs.jsonl", pairs)
lines("choices.jsonl", choices)
lines("texts.jsonl", texts)
lines("reference.jsonl", [{"text": text} for text in reference])
(HERE / "suite.json").write_text(json.dumps(suite, indent=1) + "\n")
mask = (rng.random((layers, width)) < 0.12).astype(np.uint8)
np.save(HERE / "mask.npy", mask)

state = {"keep": None, "fill": None, "taps": None}


def hook(index):
    def after(_, __, output):
        stream = output[0] if isinstance(output, tuple) else output
        if state["keep"] is not None:
            stream = stream * state["keep"][index] + state["fill"][index]
        if state["taps"] is not None:
            state["taps"][index].append(stream[0].double().numpy())
        return (stream,) + output[1:] if isinstance(output, tuple) else stream
    return after


for i, block in enumerate(blocks):
    block.register_forward_hook(hook(i))


def logprobs(ids):
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0].double()
    return torch.log_softmax(logits, -1)[torch.arange(len(ids) - 1), ids[1:]].numpy()


def encode(text):
    return tokenizer(text)["input_ids"]


def answers():
    out = {}
    sums = [[logprobs(encode(p[k])).sum() for k in ("sentence_good", "sentence_bad")] for p in pairs]
    out["pairs"] = {"sums": sums, "right": [int(a > b) for a, b in sums]}
    right, normalized = [], []
    for item in choices:
        tails = [logprobs(encode(f"{item['context']} {c}"))[len(item["context"]) - 1:] for c in item["choices"]]
        right.append(int(np.argmax([t.sum() for t in tails]) == item["answer"]))
        normalized.append(int(np.argmax([t.mean() for t in tails]) == item["answer"]))
    out["choices"] = {"right": right, "normalized": normalized}
    regions, met = [], []
    for item in suite["items"]:
        values = {}
        for condition in item["conditions"]:
            text, owners = "", []
            for r, region in enumerate(condition["regions"]):
                piece = region["content"] if text == "" else " " + region["content"]
                text += piece
                owners += [r] * len(piece)
            surprisal = np.concatenate([[0.0], -logprobs(encode(text)) / np.log(2)])
            values[condition["condition_name"]] = np.bincount(owners, surprisal)
        a, b = values["a"], values["b"]
        regions.append([a.tolist(), b.tolist()])
        met.append(int(b[1] > a[1] and b[2] - a[1] > 0))
    out["suite"] = {"regions": regions, "right": met}
    losses, tokens = [], []
    for row in texts:
        ids = encode(row["text"])
        windows = [ids[at:at + CONTEXT] for at in range(0, max(1, len(ids) - 1), CONTEXT - 1)]
        losses.append(-sum(logprobs(w).sum() for w in windows))
        tokens.append(sum(len(w) - 1 for w in windows))
    out["texts"] = {"losses": losses, "tokens": tokens}
    return out


golden = {"plain": answers()}
state["taps"] = [[] for _ in blocks]
for text in reference:
    logprobs(encode(text))
means = np.stack([np.concatenate(rows).mean(0) for rows in state["taps"]])
state["taps"] = None
keep = torch.tensor(1.0 - mask, dtype=torch.float32)
state.update(keep=keep, fill=torch.zeros(layers, width))
golden["zero"] = answers()
state.update(fill=torch.tensor(means * mask, dtype=torch.float32))
golden["mean"] = answers()
golden["tokenMeans"] = means.ravel().tolist()

# Effects: controls against one selected value, as numpy and scipy say.
controls = rng.normal(0.1, 0.05, 20)
golden["effect"] = {"selected": 0.17, "controls": controls.tolist(),
                    "d": (0.17 - controls.mean()) / controls.std(ddof=1),
                    "p": (1 + (controls >= 0.17).sum()) / 21, "median": np.median(controls),
                    "range": [controls.min(), controls.max()], "mean": controls.mean(), "sd": controls.std(ddof=1)}
before, after = rng.integers(0, 2, (2, 60)).astype(float)
interval = stats.bootstrap((before - after,), np.mean, n_resamples=10_000, method="percentile", rng=1).confidence_interval
golden["bootstrap"] = {"before": before.tolist(), "after": after.tolist(), "interval": list(interval)}
(HERE / "golden.json").write_text(json.dumps(golden, default=float) + "\n")
for kind in ("plain", "zero", "mean"):
    print(kind, {task: (np.mean(v["right"]) if "right" in v else sum(v["losses"]) / sum(v["tokens"])) for task, v in golden[kind].items()})
