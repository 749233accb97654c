"""Families of the Llama kind: every switch of each config is on in one variant and off in another."""

TINY = dict(vocab_size=260, hidden_size=16, num_attention_heads=4, num_key_value_heads=2, intermediate_size=24,
            num_hidden_layers=2, max_position_embeddings=64, bos_token_id=0, eos_token_id=0, pad_token_id=0)


def of(model_type, **changes):
    return {**TINY, "model_type": model_type, **changes}


VARIANTS = {
    "llama": of("llama", head_dim=8),
    "llama-biases-tied": of("llama", attention_bias=True, mlp_bias=True, tie_word_embeddings=True, hidden_act="gelu",
                            num_key_value_heads=4, _drop=["num_key_value_heads", "head_dim"]),
    # Its window is 4096 where the config is silent.
    "mistral-silent": of("mistral", num_attention_heads=8, num_key_value_heads=8, _drop=["sliding_window", "head_dim", "num_key_value_heads"]),
    "mistral-window": of("mistral", head_dim=8, sliding_window=8, tie_word_embeddings=True, rope_theta=500.0),
    "mistral-unbounded-bf16": of("mistral", head_dim=12, sliding_window=None, hidden_act="gelu_pytorch_tanh", _dtype="BF16"),
    "qwen2": of("qwen2", tie_word_embeddings=True, rope_theta=1e6, sliding_window=8, max_window_layers=1),
    "qwen2-window": of("qwen2", num_hidden_layers=3, use_sliding_window=True, sliding_window=6, max_window_layers=1,
                       _drop=["layer_types"]),
    "qwen2-layer-types": of("qwen2", use_sliding_window=True, sliding_window=5, num_key_value_heads=4, hidden_act="relu",
                            layer_types=["sliding_attention", "full_attention"]),
    "qwen3": of("qwen3", head_dim=8, tie_word_embeddings=True, rope_theta=1e6),
    "qwen3-biases-window": of("qwen3", num_hidden_layers=3, head_dim=12, attention_bias=True, use_sliding_window=True,
                              sliding_window=6, max_window_layers=2, hidden_act="gelu"),
    "gemma2": of("gemma2", hidden_size=20, head_dim=8, num_hidden_layers=3, query_pre_attn_scalar=24, sliding_window=8,
                 attn_logit_softcapping=2.0, final_logit_softcapping=3.0, _drop=["layer_types"]),
    "gemma2-uncapped": of("gemma2", head_dim=12, query_pre_attn_scalar=12, sliding_window=5, attention_bias=True,
                          attn_logit_softcapping=None, final_logit_softcapping=None, hidden_activation="gelu",
                          tie_word_embeddings=False, layer_types=["full_attention", "sliding_attention"]),
    # What the config is silent on: caps of 50 and 30, a scale for heads of 256, a window of 4096.
    "gemma2-silent": of("gemma2", head_dim=8, _drop=["attn_logit_softcapping", "final_logit_softcapping", "hidden_activation",
        "query_pre_attn_scalar", "sliding_window", "layer_types", "tie_word_embeddings", "rope_theta"]),
    "gemma": of("gemma", hidden_size=20, head_dim=8, num_key_value_heads=1, _drop=["hidden_act", "hidden_activation", "tie_word_embeddings"]),
    "gemma-biases": of("gemma", head_dim=12, attention_bias=True, hidden_act="gelu", tie_word_embeddings=False, _dtype="BF16"),
}
