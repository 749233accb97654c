"""What PyTorch (transformers, float32, eager attention) computes with tiny models of every family and every switch.

    python make.py [--only PART ...]        # needs torch, numpy, transformers 4.x; PART: part of a variant's name

Variants stand in `variants_rotary.py` and `variants_layernorm.py`: name → settings of the config, `model_type` among
them, and what begins with `_`: `_lengths` (of the sequences), `_drop` (settings left out of config.json, whose default
the adapter must know), `_dtype` ("BF16": the weights are stored so), `_write` (a function: config.json → config.json),
`_attention` (transformers' implementation, where it is not to be "eager").
Weights, token ids and the ablation mask follow from names (`weights.py`); only the expected numbers are kept, one JSON
each: `last`, `mean` f32 [sequences, 1 + layers, width] (embedding first; base64), `logits` f32 [sequences, 12] (of the
last token, for the first 12 ids), `score`, `scoreAblated` (Σ ln P of all tokens but the first).
"""
import argparse
import base64
import json
import re
from pathlib import Path

import numpy as np
import torch
from transformers import AutoConfig, AutoModelForCausalLM

import variants_gguf
import variants_layernorm
import variants_rotary
from weights import ablation_mask, spread, token_ids, values

HERE = Path(__file__).parent
LENGTHS = [1, 2, 7, 19, 40]
LOGITS = 12
OWN = ("model_type", "_lengths", "_drop", "_dtype", "_write", "_attention")


def build(model_type, settings, attention):
    config = AutoConfig.for_model(model_type, **settings)
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(config, attn_implementation=attention).eval()


def parameters_of(model):
    """Names and shapes of what `save_pretrained` would store: tied tensors once."""
    shapes, seen = {}, set()
    for name, tensor in model.state_dict().items():
        if tensor.data_ptr() in seen:
            continue
        seen.add(tensor.data_ptr())
        shapes[name] = list(tensor.shape)
    return shapes


def load(model, shapes, stored, model_type, dtype):
    state = model.state_dict()
    with torch.no_grad():
        for name, shape in shapes.items():
            if stored(name) is None:
                continue
            state[name].copy_(torch.from_numpy(values(stored(name), shape, *spread(name, shape, model_type), dtype)))


def blocks_of(model, layers):
    return next(m for m in model.modules() if isinstance(m, torch.nn.ModuleList) and len(m) == layers)


def run(model, layers, ids, mask=None):
    """Stream after the embedding and every block [1 + layers, tokens, width], logits, Σ ln P of the next tokens."""
    blocks, streams = blocks_of(model, layers), []

    def before(_, args, kwargs):
        streams.append((args[0] if args else kwargs["hidden_states"])[0].clone())

    def after(index):
        def hook(_, __, output):
            stream = output[0] if isinstance(output, tuple) else output
            if mask is not None:
                stream = stream * mask[index]
            streams.append(stream[0].clone())
            return (stream,) + output[1:] if isinstance(output, tuple) else stream
        return hook

    blocks[0].register_forward_pre_hook(before, with_kwargs=True)
    for i, block in enumerate(blocks):
        block.register_forward_hook(after(i))
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
    picked = logits.double().log_softmax(-1)[:-1].gather(1, torch.tensor(ids[1:], dtype=torch.long)[:, None])
    return torch.stack(streams), logits[-1, :LOGITS], picked.sum().item()


def pattern_of(shapes, layers):
    """One line for a tensor that every block has: `layers.*.name`."""
    patterns = {}
    for name, shape in shapes.items():
        patterns.setdefault(re.sub(r"\.\d+\.", ".*.", name, count=1), []).append((name, shape))
    result = {}
    for pattern, members in patterns.items():
        alike = len(members) == layers and all(shape == members[0][1] for _, shape in members)
        result.update({pattern: members[0][1]} if alike and "*" in pattern else dict(members))
    return result


def encoded(arrays):
    return base64.b64encode(np.stack(arrays).astype("<f4").tobytes()).decode()


def make(name, variant):
    settings = {key: value for key, value in variant.items() if key not in OWN}
    model_type, dtype, attention = variant["model_type"], variant.get("_dtype", "F32"), variant.get("_attention", "eager")
    model = build(model_type, settings, attention)
    text = model.config.get_text_config()
    layers, width, vocabulary = text.num_hidden_layers, text.hidden_size, text.vocab_size
    shapes, stored = parameters_of(model), variant.get("_stored", lambda name: name)
    mask = torch.from_numpy(ablation_mask(layers, width))
    lengths = variant.get("_lengths", LENGTHS)
    last, mean, logits, score, ablated = [], [], [], [], []
    for length in lengths:
        ids = token_ids(length, vocabulary)
        for with_mask in (False, True):
            # Anew for each sequence: dynamic rope remembers the longest one so far.
            model = build(model_type, settings, attention)
            load(model, shapes, stored, model_type, dtype)
            streams, row, total = run(model, layers, ids, mask if with_mask else None)
            if with_mask:
                ablated.append(total)
                continue
            last.append(streams[:, -1].numpy())
            mean.append(streams.double().mean(1).float().numpy())
            logits.append(row.numpy())
            score.append(total)
    config = json.loads(json.dumps(model.config.to_diff_dict(), default=lambda _: None))
    config = variant.get("_write", lambda config: config)(config)
    for key in [*variant.get("_drop", []), "transformers_version", "use_cache", "attention_dropout", "architectures"]:
        config.pop(key, None)
    shapes = {stored(name): shape for name, shape in shapes.items() if stored(name) is not None}
    golden = {
        "config": config, "dtype": dtype, "lengths": lengths, "layers": layers, "width": width,
        "tensors": {key: [shape, *spread(key, shape, model_type)] for key, shape in pattern_of(shapes, layers).items()},
        "last": encoded(last), "mean": encoded(mean), "logits": encoded(logits), "score": score, "scoreAblated": ablated,
    }
    (HERE / f"{name}.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(f"{name}: {(HERE / f'{name}.json').stat().st_size} bytes, "
          f"largest {max(np.abs(a).max() for a in mean):.1f}, nats {[round(s, 2) for s in score]}")


arguments = argparse.ArgumentParser()
arguments.add_argument("--only", nargs="+", default=[""])
only = arguments.parse_args().only
for name, variant in {**variants_rotary.VARIANTS, **variants_layernorm.VARIANTS, **variants_gguf.VARIANTS}.items():
    if any(part in name for part in only):
        make(name, variant)
