"""The peer of bench/ablate: minimal pairs under unit masks as the published code runs them, in PyTorch float32.

Forward hooks multiply every block's output by 1 − mask; log P summed over all tokens after the first.
`--batch 1` runs one sentence per forward pass, as the published scripts do; `--batch 32` batches equal lengths.
The model is a folder that transformers opens (float32 safetensors), so that no dequantisation is timed.
"""

import argparse
import json

import numpy as np
import torch
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

arguments = argparse.ArgumentParser()
arguments.add_argument("model")
arguments.add_argument("masks", help="u8 [sets, layers, width]")
arguments.add_argument("tasks", nargs="+")
arguments.add_argument("--items", type=int, default=100)
arguments.add_argument("--batch", type=int, default=1)
options = arguments.parse_args()

model = AutoModelForCausalLM.from_pretrained(options.model, torch_dtype=torch.float32).eval()
tokenizer = PreTrainedTokenizerFast.from_pretrained(options.model)
keep = torch.tensor(1.0 - np.load(options.masks), dtype=torch.float32)
current = None


def hook(index):
    def after(module, inputs, output):
        if current is None:
            return output
        if isinstance(output, tuple):
            return (output[0] * current[index],) + output[1:]
        return output * current[index]

    return after


for index, block in enumerate(model.model.layers):
    block.register_forward_hook(hook(index))

accuracies = {}
with torch.no_grad():
    for task in options.tasks:
        with open(task, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file][: options.items]
        ids = [tokenizer(row[key])["input_ids"] for row in rows for key in ("sentence_good", "sentence_bad")]
        groups = {}
        for index, row in enumerate(ids):
            groups.setdefault(len(row) if options.batch > 1 else index, []).append(index)
        name = task.split("/")[-1].removesuffix(".jsonl")
        accuracies[name] = []
        for condition in [None, *keep]:
            current = condition
            sums = np.zeros(len(ids))
            for members in groups.values():
                for start in range(0, len(members), options.batch):
                    batch = members[start : start + options.batch]
                    tokens = torch.tensor([ids[i] for i in batch])
                    log = torch.log_softmax(model(input_ids=tokens).logits[:, :-1], -1)
                    sums[batch] = log.gather(-1, tokens[:, 1:, None])[..., 0].double().sum(1).numpy()
            accuracies[name].append(float((sums[::2] > sums[1::2]).mean()))
print(json.dumps(accuracies))
