"""Random weights that need no file: every value follows from its tensor's name and its index by integers alone.

`test/unit/models/family-model.ts` computes the same numbers, bit for bit.
"""
import numpy as np


def hashes(name, count):
    """uint32 [count]: MurmurHash3's finaliser over FNV-1a of the name + index times the golden ratio."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    with np.errstate(over="ignore"):
        h = np.uint32(seed) + np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9)
        h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        return h ^ (h >> np.uint32(16))


def values(name, shape, scale, offset, dtype):
    """float32: offset + scale · (a sum of four bytes, standardised: near normal), cut to bfloat16 where asked for."""
    h = hashes(name, int(np.prod(shape)))
    total = sum((h >> np.uint32(8 * i)) & np.uint32(255) for i in range(4)).astype(np.float64)
    result = (offset + scale * ((total - 510) / 148)).astype(np.float32)
    if dtype == "BF16":
        result = (result.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)
    return result.reshape(shape)


def token_ids(length, vocabulary):
    return (hashes(f"ids/{length}", length) % np.uint32(vocabulary)).astype(int).tolist()


def ablation_mask(layers, width):
    """float32 [layers, width]: about one unit in seven is silenced."""
    return (hashes("mask", layers * width) % np.uint32(7) != 0).astype(np.float32).reshape(layers, width)


def spread(name, shape, model_type):
    """Scale and offset of a tensor's values: norms away from one, biases away from zero, attention far from uniform."""
    if name.endswith(".bias"):
        return 0.2, 0.05
    if len(shape) == 1:
        # Gemma multiplies by 1 + weight.
        return 0.25, 0.0 if model_type.startswith("gemma") else 1.0
    if any(part in name for part in ("embed", "wte", "wpe")):
        return 0.7, 0.0
    queries = ("q_proj", "k_proj", "qkv", "query_key_value", "c_attn", "Wqkv")
    gain = 2.0 if any(part in name for part in queries) else 1.0
    return round(gain / float(np.sqrt(shape[-1])), 4), 0.0
