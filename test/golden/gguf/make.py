"""Tiny GGUF files with the Hugging Face checkpoints they were made from, and dequantised blocks.

    python make.py        (gguf 0.19, safetensors, torch)

`dequantise.json`: per type, random raw blocks and what `gguf.quants.dequantize` makes of them (base64, little-endian).
`llama.gguf`, `gpt2.gguf`: written with GGUFWriter as llama.cpp's convert_hf_to_gguf does (query and key rows permuted,
Conv1D transposed, names by gguf's own tensor map); `*.safetensors`, `*.config.json`: the checkpoint before.
Every weight is a whole number of 128ths whose blocks quantise without loss, so source and result must be equal exactly.
"""

import base64
import json
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type
from safetensors.torch import save_file

HERE = Path(__file__).parent
TOKENIZERS = HERE.parent / "tokenizers"
rng = np.random.default_rng(3)

# Byte offsets of the float16 scales in one block.
SCALES = {Type.Q8_0: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2],
          Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208]}
SPECIAL_HALVES = [0x0000, 0x8000, 0x0001, 0x83FF, 0x0400, 0x7BFF, 0xFBFF, 0x3C00, 0xBC00]


def finite_halves(n):
    bits = rng.integers(0, 65536, 4 * n + 64, dtype=np.uint16)
    bits = bits[(bits & 0x7C00) != 0x7C00][:n]
    bits[:min(n, len(SPECIAL_HALVES))] = SPECIAL_HALVES[:n]
    return bits


def raw_blocks(kind):
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    if kind == Type.F32:
        return rng.standard_normal(512).astype(np.float32).view(np.uint8)
    if kind == Type.F16:
        return finite_halves(512).view(np.uint8)
    if kind == Type.BF16:
        bits = rng.integers(0, 65536, 512, dtype=np.uint16)
        return np.where((bits & 0x7F80) == 0x7F80, bits & 0xBFFF, bits).astype(np.uint16).view(np.uint8)
    count = 32 if elements == 32 else 6
    blocks = rng.integers(0, 256, (count, size), dtype=np.uint8)
    for shift, offset in enumerate(SCALES[kind]):
        blocks[:, offset:offset + 2] = np.roll(finite_halves(count), shift).view(np.uint8).reshape(count, 2)
    return blocks.reshape(-1)


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def make_dequantised():
    result = {}
    for kind in (Type.F32, Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1,
                 Type.Q4_K, Type.Q5_K, Type.Q6_K):
        raw = raw_blocks(kind)
        dtype = {Type.F32: np.float32, Type.F16: np.float16}.get(kind, np.uint8)
        values = gguf.quants.dequantize(raw.view(dtype), kind).astype(np.float32)
        assert np.isfinite(values).all()
        result[kind.name] = {"raw": encode(raw), "values": encode(values.ravel())}
    (HERE / "dequantise.json").write_text(json.dumps(result) + "\n")


def weights(*shape, levels=127):
    """Whole 128ths; every block of 32 along the rows holds the extreme, so that its scale is exact."""
    low, high, extreme = (-127, 128, 127) if levels == 127 else (-8, 8, -8)
    values = rng.integers(low, high, shape).astype(np.float32)
    values[..., ::32] = extreme
    return values / np.float32(128)


def permute(array, heads):
    """As LlamaModel.permute of convert_hf_to_gguf."""
    return (array.reshape(heads, 2, array.shape[0] // heads // 2, *array.shape[1:]).swapaxes(1, 2).reshape(array.shape))


def add(writer, name, array, kind):
    if kind == Type.F32:
        writer.add_tensor(name, np.ascontiguousarray(array))
    elif kind == Type.F16:
        writer.add_tensor(name, np.ascontiguousarray(array.astype(np.float16)))
    else:
        blocks = gguf.quants.quantize(np.ascontiguousarray(array), kind)
        assert (gguf.quants.dequantize(blocks, kind).reshape(array.shape) == array).all(), name
        writer.add_tensor(name, blocks, raw_dtype=kind)


def saved(array, kind):
    dtype = {Type.F16: torch.float16, Type.BF16: torch.bfloat16}.get(kind, torch.float32)
    return torch.from_numpy(np.ascontiguousarray(array)).to(dtype)


def make_llama():
    pieces = json.loads((TOKENIZERS / "pieces.json").read_text())
    vocabulary, width, heads, kv_heads, head_dim, inner, layers = len(pieces["tokens"]), 32, 4, 2, 8, 64, 2
    q8, q4 = Type.Q8_0, Type.Q4_0
    plan = {"model.embed_tokens.weight": (weights(vocabulary, width), Type.F16),
            "lm_head.weight": (weights(vocabulary, width), q8),
            "model.norm.weight": (weights(width), Type.F32)}
    for layer in range(layers):
        to = f"model.layers.{layer}."
        first = layer == 0
        plan |= {
            to + "input_layernorm.weight": (weights(width), Type.F32),
            to + "post_attention_layernorm.weight": (weights(width), Type.F32),
            to + "self_attn.q_proj.weight": (weights(heads * head_dim, width), Type.F32 if first else q8),
            to + "self_attn.k_proj.weight": (weights(kv_heads * head_dim, width), Type.BF16 if first else Type.F16),
            to + "self_attn.v_proj.weight": (weights(kv_heads * head_dim, width, levels=8), q4),
            to + "self_attn.o_proj.weight": (weights(width, heads * head_dim), Type.BF16),
            to + "self_attn.q_proj.bias": (weights(heads * head_dim), Type.F32),
            to + "self_attn.k_proj.bias": (weights(kv_heads * head_dim), Type.F32),
            to + "self_attn.v_proj.bias": (weights(kv_heads * head_dim), Type.F32),
            to + "mlp.gate_proj.weight": (weights(inner, width, levels=8), q4),
            to + "mlp.up_proj.weight": (weights(inner, width), q8),
            to + "mlp.down_proj.weight": (weights(width, inner), q8),
        }
    factors = np.array([1, 1, 2.5, 8], dtype=np.float32)
    config = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_act": "silu", "hidden_size": width,
              "intermediate_size": inner, "num_hidden_layers": layers, "num_attention_heads": heads,
              "num_key_value_heads": kv_heads, "head_dim": head_dim, "rms_norm_eps": float(np.float32(1e-5)),
              "rope_theta": 500000.0, "rope_scaling": {"rope_type": "gguf-factors", "factors": factors.tolist()},
              "max_position_embeddings": 64, "vocab_size": vocabulary, "tie_word_embeddings": False,
              "attention_bias": True, "mlp_bias": False}

    writer = gguf.GGUFWriter(HERE / "llama.gguf", "llama")
    writer.add_name("tiny")
    writer.add_context_length(64)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_rope_freq_base(500000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(vocabulary)
    writer.add_rope_dimension_count(head_dim)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(pieces["tokens"])
    writer.add_token_scores(pieces["scores"])
    writer.add_token_types(pieces["types"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    for name, (kind, value) in VALUES.items():
        getattr(writer, f"add_{kind}")(f"test.{name}", value)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, layers)
    for name, (array, kind) in plan.items():
        if "q_proj" in name:
            array = permute(array, heads)
        if "k_proj" in name:
            array = permute(array, kv_heads)
        add(writer, names.get_name(name, try_suffixes=(".weight", ".bias")), array, kind)
    writer.add_tensor("rope_freqs.weight", factors)
    finish(writer)
    save_file({name: saved(*entry) for name, entry in plan.items()}, HERE / "llama.safetensors")
    (HERE / "llama.config.json").write_text(json.dumps(config, indent=1) + "\n")


VALUES = {
    "uint8": ("uint8", 200), "int8": ("int8", -100), "uint16": ("uint16", 60000), "int16": ("int16", -30000),
    "uint32": ("uint32", 4000000000), "int32": ("int32", -2000000000), "uint64": ("uint64", 2**53 - 1),
    "int64": ("int64", -(2**53) + 1), "float32": ("float32", 0.15625), "float64": ("float64", 0.1), "bool": ("bool", True),
    "string": ("string", "naïve 🚀"), "numbers": ("array", [1, -2, 3]), "floats": ("array", [0.5, -0.25]),
    "strings": ("array", ["a", "", "ü"]), "flags": ("array", [True, False]), "nested": ("array", [[1, 2], [3]]),
}


def make_gpt2():
    tokens = json.loads((TOKENIZERS / "bytes.json").read_text())
    vocabulary, width, heads, inner, layers, positions = len(tokens["vocab"]), 32, 4, 128, 2, 16
    plan = {"transformer.wte.weight": (weights(vocabulary, width), Type.F16),
            "transformer.wpe.weight": (weights(positions, width), Type.F32),
            "transformer.ln_f.weight": (weights(width), Type.F32), "transformer.ln_f.bias": (weights(width), Type.F32)}
    for layer in range(layers):
        to = f"transformer.h.{layer}."
        kind = Type.Q8_0 if layer == 0 else Type.F16
        for norm in ("ln_1", "ln_2"):
            plan[to + norm + ".weight"] = (weights(width), Type.F32)
            plan[to + norm + ".bias"] = (weights(width), Type.F32)
        for name, inputs, outputs in (("attn.c_attn", width, 3 * width), ("attn.c_proj", width, width),
                                      ("mlp.c_fc", width, inner), ("mlp.c_proj", inner, width)):
            # Blocks run along the stored rows, that is along Conv1D's columns before transposition.
            plan[to + name + ".weight"] = (weights(outputs, inputs).T, kind)
            plan[to + name + ".bias"] = (weights(outputs), Type.F32)
    config = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "activation_function": "gelu_new",
              "n_embd": width, "n_layer": layers, "n_head": heads, "n_inner": inner, "n_positions": positions,
              "n_ctx": positions, "vocab_size": vocabulary, "layer_norm_epsilon": float(np.float32(1e-5)),
              "tie_word_embeddings": True, "scale_attn_weights": True, "scale_attn_by_inverse_layer_idx": False,
              "reorder_and_upcast_attn": False}

    writer = gguf.GGUFWriter(HERE / "gpt2.gguf", "gpt2")
    writer.add_block_count(layers)
    writer.add_context_length(positions)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_layer_norm_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens["vocab"])
    specials = ("<|end|>", "<|begin|>", "<|sep|>")
    writer.add_token_types([3 if token in specials else 1 for token in tokens["vocab"]])
    writer.add_token_merges(tokens["merges"])
    writer.add_bos_token_id(tokens["vocab"].index("<|begin|>"))
    writer.add_eos_token_id(tokens["vocab"].index("<|end|>"))
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.GPT2, layers)
    for name, (array, kind) in plan.items():
        if name.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight")):
            array = array.T
        add(writer, names.get_name(name, try_suffixes=(".weight", ".bias")), array, kind)
    finish(writer)
    save_file({name: saved(*entry) for name, entry in plan.items()}, HERE / "gpt2.safetensors")
    (HERE / "gpt2.config.json").write_text(json.dumps(config, indent=1) + "\n")


def make_rope():
    """Llama 3's rule as llama.cpp's converter stores it (one factor per frequency) and as transformers applies it."""
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
    theta, dim, low, high, factor, original = 500000.0, 64, 1.0, 4.0, 32.0, 8192
    # As LlamaModel.generate_extra_tensors of convert_hf_to_gguf.
    frequencies = 1.0 / (theta ** (torch.arange(0, dim, 2, dtype=torch.float32) / dim))
    factors = []
    for frequency in frequencies:
        wavelength = 2 * np.pi / frequency
        if wavelength < original / high:
            factors.append(1)
        elif wavelength > original / low:
            factors.append(factor)
        else:
            smooth = (original / wavelength - low) / (high - low)
            factors.append(1 / ((1 - smooth) / factor + smooth))
    scaling = {"rope_type": "llama3", "factor": factor, "low_freq_factor": low, "high_freq_factor": high,
               "original_max_position_embeddings": original}
    config = LlamaConfig(hidden_size=dim, num_attention_heads=1, rope_theta=theta, rope_scaling=scaling,
                         max_position_embeddings=131072)
    applied, _ = ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")
    result = {"theta": theta, "width": dim, "factors": torch.tensor(factors, dtype=torch.float32).tolist(),
              "frequencies": applied.tolist()}
    (HERE / "rope.json").write_text(json.dumps(result) + "\n")


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


make_dequantised()
make_llama()
make_gpt2()
make_rope()
(HERE / "metadata.json").write_text(json.dumps({name: value for name, (_, value) in VALUES.items()}) + "\n")
