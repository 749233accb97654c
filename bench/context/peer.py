"""The peer of bench/context: every word's window through PyTorch float32 by itself, as published scripts read contexts.

    python peer.py MODEL TEXTS.json --lengths 1,2,5,full --every 20

Of each length every 20th word is read (full: the whole text before it); the last sub-token's stream behind every block.
The model is a folder that transformers opens (float32 safetensors), so that no dequantisation is timed. TEXTS.json: words of
every text, which are joined with blanks, each with the blank before it; windows end at the beginning of their text.
"""

import argparse
import json
import time

import torch
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

arguments = argparse.ArgumentParser()
arguments.add_argument("model")
arguments.add_argument("texts")
arguments.add_argument("--lengths", required=True)
arguments.add_argument("--every", type=int, default=1)
options = arguments.parse_args()

model = AutoModelForCausalLM.from_pretrained(options.model, torch_dtype=torch.float32).eval()
tokenizer = PreTrainedTokenizerFast.from_pretrained(options.model)
with open(options.texts, encoding="utf-8") as file:
    texts = json.load(file)
before = []  # of every word the tokens of its text up to its last one
for words in texts:
    encoded = tokenizer(" ".join(words), return_offsets_mapping=True, add_special_tokens=False)
    begins = [begin for begin, _ in encoded["offset_mapping"]]
    characters, token = 0, 0
    for i, word in enumerate(words):
        characters += len(word) + (i > 0)
        while token < len(begins) and begins[token] < characters:
            token += 1
        before.append(encoded["input_ids"][:token])

blocks = model.model.layers
taps = {}
for index, block in enumerate(blocks):
    block.register_forward_hook(
        lambda module, inputs, output, index=index: taps.__setitem__(
            index, (output[0] if isinstance(output, tuple) else output)[0, -1].clone()
        )
    )

seconds, tokens, sample = 0.0, 0, []
with torch.no_grad():
    model(input_ids=torch.tensor([before[-1]]))
    for length in options.lengths.split(","):
        own = 0.0
        picked = range(0, len(before), options.every)
        for word in picked:
            window = before[word] if length == "full" else before[word][-int(length) :]
            start = time.perf_counter()
            model(input_ids=torch.tensor([window]))
            own += time.perf_counter() - start
            tokens += len(window)
            sample.append({"length": length, "word": word, "values": taps[len(blocks) - 1][:8].tolist()})
        seconds += own * len(before) / len(picked)
print(json.dumps({"seconds": seconds, "tokens": tokens, "sample": sample}))
