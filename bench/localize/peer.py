"""The peer of bench/localize: the published localizer's way in PyTorch float32.

Forward hooks on every block, the last token's absolute activation, Welch's t per unit, the 1 % of largest t.
`--batch 1` runs one stimulus per forward pass, as the published script does; `--batch 32` batches equal lengths.
The model is a folder that transformers opens (float32 safetensors), so that no dequantisation is timed.
"""

import argparse
import csv
import json

import numpy as np
import torch
from scipy import stats
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

arguments = argparse.ArgumentParser()
arguments.add_argument("model")
arguments.add_argument("stimuli")
arguments.add_argument("--batch", type=int, default=1)
options = arguments.parse_args()

model = AutoModelForCausalLM.from_pretrained(options.model, torch_dtype=torch.float32).eval()
tokenizer = PreTrainedTokenizerFast.from_pretrained(options.model)
with open(options.stimuli, newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
ids = [tokenizer(row["text"], truncation=True, max_length=12)["input_ids"] for row in rows]

blocks = model.model.layers
taps = {}
for index, block in enumerate(blocks):
    block.register_forward_hook(
        lambda module, inputs, output, index=index: taps.__setitem__(
            index, (output[0] if isinstance(output, tuple) else output)[:, -1].clone()
        )
    )

by_length = {}
for index, row in enumerate(ids):
    by_length.setdefault(len(row) if options.batch > 1 else index, []).append(index)
activations = np.zeros((len(ids), len(blocks), model.config.hidden_size))
with torch.no_grad():
    for members in by_length.values():
        for start in range(0, len(members), options.batch):
            batch = members[start : start + options.batch]
            model(input_ids=torch.tensor([ids[i] for i in batch]))
            for layer in range(len(blocks)):
                activations[batch, layer] = taps[layer].numpy()

magnitude = np.abs(activations)
positive = np.array([row["condition"].startswith("s") for row in rows])
t, p = stats.ttest_ind(magnitude[positive], magnitude[~positive], axis=0, equal_var=False)
k = int(t.size * 0.01)
q = stats.false_discovery_control(p.ravel())
selected = np.sort(np.argsort(-t.ravel(), kind="stable")[:k])
print(json.dumps({"k": k, "t": float(t.max()), "cut": float(np.sort(t.ravel())[-k]), "selected": selected.tolist()}))
