"""What PyTorch makes of a few prompts, greedily, on the tiny models of make.py: whole and with units silenced.

    python continue.py        # needs torch, transformers 4.x; run make.py first

Writes `continuations.json`: per model the prompts' token ids, the greedy tokens under both conditions (no cache: every
token from the whole sequence), the smallest margin between the two largest logits met on the way, and for the first
prompt all logits of the next token.
"""
import json
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = Path(__file__).parent
PROMPTS = ["The cat", "A", "When it rains, we"]
TOKENS = 12


def logits_of(model, ids, mask):
    base = model.model if hasattr(model, "model") else model.transformer
    blocks = base.layers if hasattr(base, "layers") else base.h

    def hook(index):
        def silence(_, __, output):
            if isinstance(output, tuple):
                return (output[0] * mask[index],) + output[1:]
            return output * mask[index]
        return silence

    hooks = [] if mask is None else [block.register_forward_hook(hook(i)) for i, block in enumerate(blocks)]
    with torch.no_grad():
        logits = model(torch.tensor([ids]), use_cache=False).logits[0, -1]
    for handle in hooks:
        handle.remove()
    return logits


def greedy(model, ids, mask, ends):
    new, margin = [], float("inf")
    for _ in range(TOKENS):
        logits = logits_of(model, ids + new, mask)
        top = logits.topk(2).values
        margin = min(margin, (top[0] - top[1]).item())
        token = logits.argmax().item()
        if token in ends:
            break
        new.append(token)
    return new, margin


out = {}
for name in ["gpt2", "llama-llama3"]:
    folder = HERE / name
    reference = json.loads((folder / "reference.json").read_text())
    mask = torch.tensor(reference["mask"]).reshape(reference["layers"], reference["width"]).float()
    model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float32, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ends = {model.config.eos_token_id, tokenizer.eos_token_id}
    prompts, margins = [], []
    for text in PROMPTS:
        ids = tokenizer(text)["input_ids"]
        runs = [greedy(model, ids, condition, ends) for condition in (None, mask)]
        margins += [margin for _, margin in runs]
        texts = [tokenizer.decode(ids + new, skip_special_tokens=True)[len(text):] for new, _ in runs]
        prompts.append({"text": text, "ids": ids, "greedy": [new for new, _ in runs], "texts": texts})
    first = prompts[0]["ids"]
    logits = [[float(f"{v:.7g}") for v in logits_of(model, first, condition).tolist()] for condition in (None, mask)]
    out[name] = {"ends": sorted(ends), "margin": min(margins), "prompts": prompts, "logits": logits}
    print(name, min(margins), [p["greedy"] for p in prompts])
(HERE / "continuations.json").write_text(json.dumps(out))
