"""What PyTorch (float32, forward hooks) computes at single tokens of the tiny models in ../models.

    python make.py        # needs numpy, torch, transformers 4.x

Per model `<name>.npy`, f32 [all positions, 1 + layers, width], the embedding first; `positions.json` says which tokens
of the sequences in ../models/<name>/reference.json.
"""
import json
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM

HERE = Path(__file__).parent
MODELS = HERE.parent / "models"
# One list per sequence of lengths 1, 2, 7, 7, 19, 40: out of order, none, all.
POSITIONS = [[0], [], [6, 0], [0, 1, 2, 3, 4, 5, 6], [3, 18], [0, 7, 20, 33, 39]]


def streams(model, ids):
    base = model.model if hasattr(model, "model") else model.transformer
    blocks = base.layers if hasattr(base, "layers") else base.h
    seen, hooks = [], []
    hooks.append(blocks[0].register_forward_pre_hook(
        lambda _, args, kwargs: seen.append((args[0] if args else kwargs["hidden_states"])[0]), with_kwargs=True))
    for block in blocks:
        hooks.append(block.register_forward_hook(
            lambda _, __, out: seen.append((out[0] if isinstance(out, tuple) else out)[0])))
    with torch.no_grad():
        model(torch.tensor([ids]), use_cache=False)
    for hook in hooks:
        hook.remove()
    return torch.stack(seen).numpy()


for folder in sorted(path.parent for path in MODELS.glob("*/config.json")):
    model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float32, attn_implementation="eager").eval()
    reference = json.loads((folder / "reference.json").read_text())
    rows = []
    for sequence, positions in zip(reference["sequences"], POSITIONS):
        rows += [streams(model, sequence["ids"])[:, position] for position in positions]
    np.save(HERE / f"{folder.name}.npy", np.stack(rows).astype(np.float32))
(HERE / "positions.json").write_text(json.dumps(POSITIONS) + "\n")
