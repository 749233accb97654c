"""Names of tensors as the official converter writes them: Hugging Face name → GGUF name, by `gguf`'s own tensor map.

    python names.py        (gguf 0.19)
"""
import json
from pathlib import Path

from gguf import MODEL_ARCH, get_tensor_name_map

DECODER = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj",
           "mlp.down_proj", "input_layernorm", "post_attention_layernorm"]
SANDWICH = ["pre_feedforward_layernorm", "post_feedforward_layernorm"]
NORMS = ["self_attn.q_norm", "self_attn.k_norm"]
PHI3 = ["self_attn.qkv_proj", "self_attn.o_proj", "mlp.gate_up_proj", "mlp.down_proj", "input_layernorm",
        "post_attention_layernorm"]


def llama_kind(names):
    return ["model.embed_tokens", "model.norm", "lm_head", *(f"model.layers.*.{name}" for name in names)]


NAMES = {
    "qwen2": llama_kind(DECODER), "qwen3": llama_kind(DECODER + NORMS), "gemma": llama_kind(DECODER),
    "gemma2": llama_kind(DECODER + SANDWICH), "gemma3": llama_kind(DECODER + SANDWICH + NORMS), "phi3": llama_kind(PHI3),
    "gptneox": ["gpt_neox.embed_in", "gpt_neox.final_layer_norm", "embed_out", *(f"gpt_neox.layers.*.{name}" for name in (
        "input_layernorm", "post_attention_layernorm", "attention.query_key_value", "attention.dense",
        "mlp.dense_h_to_4h", "mlp.dense_4h_to_h"))],
    "falcon": ["transformer.word_embeddings", "transformer.ln_f", "lm_head", *(f"transformer.h.*.{name}" for name in (
        "ln_attn", "ln_mlp", "input_layernorm", "self_attention.query_key_value", "self_attention.dense",
        "mlp.dense_h_to_4h", "mlp.dense_4h_to_h"))],
    "mpt": ["transformer.wte", "transformer.norm_f", "lm_head", *(f"transformer.blocks.*.{name}" for name in (
        "norm_1", "norm_2", "attn.Wqkv", "attn.out_proj", "ffn.up_proj", "ffn.down_proj"))],
}
result = {}
for architecture, names in NAMES.items():
    names_of = get_tensor_name_map(MODEL_ARCH[architecture.upper()], 1)
    found = {name: names_of.get_name(name.replace("*", "0")) for name in names}
    result[architecture] = {name: target.replace("blk.0.", "blk.*.") for name, target in found.items() if target}
(Path(__file__).parent / "names.json").write_text(json.dumps(result, indent=1) + "\n")
