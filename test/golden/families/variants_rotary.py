"""Families of the Llama kind: every switch of each config is on in one variant and off in another."""

TINY = dict(vocab_size=260, hidden_size=16, num_attention_heads=4, num_key_value_heads=2, intermediate_size=24,
            num_hidden_layers=2, max_position_embeddings=64, bos_token_id=0, eos_token_id=0, pad_token_id=0)


def of(model_type, **changes):
    return {**TINY, "model_type": model_type, **changes}


def seeing(text, **changes):
    """A Gemma 3 that also sees: its text part alone is stored."""
    vision = dict(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, image_size=4, patch_size=2)
    return dict(model_type="gemma3", text_config=text, vision_config=vision, mm_tokens_per_image=4,
                boi_token_index=250, eoi_token_index=251, image_token_index=252, **changes)


def text_only(config):
    return {"model_type": "gemma3", "text_config": config["text_config"]}


def silent(config):
    """As Google's files: what the class says anyway is left out."""
    kept = ("model_type", "head_dim", "hidden_size", "intermediate_size", "num_attention_heads", "num_hidden_layers",
            "num_key_value_heads", "vocab_size")
    return {"model_type": "gemma3", "text_config": {key: config["text_config"][key] for key in kept}}


def newer_names(name):
    return None if "vision" in name or "multi_modal" in name else name


def older_names(name):
    return name.replace("model.language_model.", "language_model.model.") if newer_names(name) else None


def newer_rope(config):
    """As releases from 5 on write it."""
    scaling = {"rope_type": "default", **(config.pop("rope_scaling") or {})}
    return {**config, "rope_parameters": {**scaling, "rope_theta": config.pop("rope_theta")}}


def extended(rope_type, original=16, **settings):
    return dict(rope_type=rope_type, original_max_position_embeddings=original, **settings)


# Longer than the original context, and than the window.
LONGER = dict(_lengths=[2, 16, 40])
SHORT = [1.0, 1.2, 1.5, 2.5]
LONG = [1.1, 2.0, 5.0, 9.0]

VARIANTS = {
    # A config that is silent on all that it can be silent on.
    "llama": of("llama", num_key_value_heads=4, _drop=["num_key_value_heads", "head_dim", "hidden_act", "attention_bias",
        "mlp_bias", "tie_word_embeddings", "rope_theta", "rms_norm_eps", "rope_scaling", "pretraining_tp"]),
    "llama-biases-tied": of("llama", head_dim=8, attention_bias=True, mlp_bias=True, tie_word_embeddings=True,
                            hidden_act="gelu", rms_norm_eps=0.1),
    "llama-linear": of("llama", head_dim=8, rope_scaling=dict(type="linear", factor=4.0), **LONGER),
    "llama-dynamic": of("llama", head_dim=8, max_position_embeddings=16, rope_scaling=dict(rope_type="dynamic", factor=4.0),
                        **LONGER),
    "llama-yarn": of("llama", head_dim=16, rope_theta=500.0, rope_scaling=extended("yarn", factor=4.0), _write=newer_rope,
                     **LONGER),
    "llama-yarn-mscale": of("llama", head_dim=16, rope_theta=500.0, rope_scaling=extended(
        "yarn", original=64, factor=4.0, mscale=0.7, mscale_all_dim=0.3, beta_fast=4.0, beta_slow=0.5, truncate=False), **LONGER),
    "llama-yarn-attention": of("llama", head_dim=16, rope_theta=500.0, rope_scaling=extended(
        "yarn", factor=4.0, attention_factor=1.5), **LONGER),
    "llama-llama3": of("llama", head_dim=16, rope_theta=500.0, rope_scaling=extended(
        "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0), **LONGER),
    "llama-longrope": of("llama", head_dim=8, max_position_embeddings=16, rope_scaling=dict(
        rope_type="longrope", short_factor=SHORT, long_factor=LONG, factor=4.0), **LONGER),
    "llama-longrope-attention": of("llama", head_dim=8, original_max_position_embeddings=16, rope_scaling=dict(
        rope_type="longrope", short_factor=SHORT, long_factor=LONG, attention_factor=1.3), **LONGER),
    # Its window is 4096 where the config is silent.
    "mistral-silent": of("mistral", num_attention_heads=8, num_key_value_heads=8, _drop=["sliding_window", "head_dim",
        "num_key_value_heads", "hidden_act", "tie_word_embeddings", "rope_theta"]),
    "mistral-window": of("mistral", head_dim=8, sliding_window=8, tie_word_embeddings=True, rope_theta=500.0),
    "mistral-unbounded-bf16": of("mistral", head_dim=12, sliding_window=None, hidden_act="gelu_pytorch_tanh", _dtype="BF16"),
    "qwen2": of("qwen2", tie_word_embeddings=True, rope_theta=1e6, sliding_window=8, max_window_layers=1,
                _drop=["use_sliding_window", "hidden_act", "layer_types"], _write=lambda c: {**c, "sliding_window": 8}),
    "qwen2-window": of("qwen2", num_hidden_layers=3, use_sliding_window=True, sliding_window=6, max_window_layers=1,
                       _drop=["layer_types", "tie_word_embeddings"]),
    "qwen2-layer-types": of("qwen2", use_sliding_window=True, sliding_window=5, num_key_value_heads=4, hidden_act="relu",
                            layer_types=["sliding_attention", "full_attention"]),
    # As Qwen's cards advise for long texts.
    "qwen2-yarn": of("qwen2", rope_theta=1e3, max_position_embeddings=16, rope_scaling=extended("yarn", factor=4.0),
                     **LONGER),
    "qwen3": of("qwen3", head_dim=8, tie_word_embeddings=True, rope_theta=1e6,
                _drop=["use_sliding_window", "hidden_act", "layer_types", "attention_bias"]),
    "qwen3-biases-window": of("qwen3", num_hidden_layers=3, head_dim=12, attention_bias=True, use_sliding_window=True,
                              sliding_window=6, max_window_layers=2, hidden_act="gelu", _drop=["tie_word_embeddings"]),
    "qwen3-layer-types": of("qwen3", head_dim=8, use_sliding_window=True, sliding_window=5,
                            layer_types=["sliding_attention", "full_attention"], **LONGER),
    "gemma2": of("gemma2", hidden_size=20, head_dim=8, num_hidden_layers=3, query_pre_attn_scalar=24, sliding_window=8,
                 attn_logit_softcapping=2.0, final_logit_softcapping=3.0, _drop=["layer_types"]),
    "gemma2-uncapped": of("gemma2", head_dim=12, query_pre_attn_scalar=12, sliding_window=5, attention_bias=True,
                          attn_logit_softcapping=None, final_logit_softcapping=None, hidden_activation="gelu",
                          tie_word_embeddings=False, layer_types=["full_attention", "sliding_attention"]),
    # What the config is silent on: caps of 50 and 30, a scale for heads of 256, a window of 4096.
    "gemma2-silent": of("gemma2", head_dim=8, _drop=["attn_logit_softcapping", "final_logit_softcapping", "hidden_activation",
        "query_pre_attn_scalar", "sliding_window", "layer_types", "tie_word_embeddings", "rope_theta", "attention_bias"]),
    "gemma": of("gemma", hidden_size=20, head_dim=8, num_key_value_heads=1,
                _drop=["hidden_act", "hidden_activation", "tie_word_embeddings", "attention_bias"]),
    "gemma-tied": of("gemma", head_dim=8, tie_word_embeddings=True, **LONGER),
    "gemma-biases": of("gemma", head_dim=12, attention_bias=True, hidden_act="gelu", tie_word_embeddings=False, _dtype="BF16"),
    "gemma3": of("gemma3_text", hidden_size=20, head_dim=8, num_hidden_layers=3, sliding_window=6, query_pre_attn_scalar=10,
                 layer_types=["sliding_attention", "full_attention", "sliding_attention"], rope_local_base_freq=50.0,
                 rope_scaling=dict(rope_type="linear", factor=8.0)),
    # The pattern of Google's files, where layer_types is absent; a cap on the logits; an untied head.
    "gemma3-pattern": of("gemma3_text", head_dim=12, num_hidden_layers=4, sliding_window=5, sliding_window_pattern=2,
                         final_logit_softcapping=3.0, attention_bias=True, tie_word_embeddings=False,
                         hidden_activation="gelu", _drop=["layer_types", "_sliding_window_pattern"],
                         _write=lambda config: {**config, "sliding_window_pattern": 2}),
    "gemma3-seeing": seeing(of("gemma3_text", head_dim=8, num_hidden_layers=3), _write=silent, _stored=older_names),
    "gemma3-seeing-newer": seeing(of("gemma3_text", head_dim=8, num_hidden_layers=7, sliding_window=6),
                                  _write=text_only, _stored=newer_names, _lengths=[7, 19]),
    "phi3": of("phi3", _drop=["sliding_window", "original_max_position_embeddings", "partial_rotary_factor", "hidden_act",
                              "tie_word_embeddings"]),
    "phi3-window-partial": of("phi3", hidden_size=32, partial_rotary_factor=0.5, sliding_window=8, tie_word_embeddings=True,
                              hidden_act="gelu", **LONGER),
    "phi3-longrope": of("phi3", hidden_size=32, original_max_position_embeddings=16, num_key_value_heads=4,
                        rope_scaling=dict(type="longrope", short_factor=SHORT, long_factor=LONG), **LONGER),
    "phi3-su": of("phi3", hidden_size=32, original_max_position_embeddings=32, rope_scaling=dict(
        type="su", short_factor=SHORT, long_factor=LONG), _lengths=[19, 40],
        _write=lambda c: {**c, "rope_scaling": dict(type="su", short_factor=SHORT, long_factor=LONG)}),
    "olmo2": of("olmo2", num_key_value_heads=4, _drop=["num_key_value_heads", "hidden_act", "attention_bias",
                                                       "tie_word_embeddings"]),
    "olmo2-biases-tied": of("olmo2", attention_bias=True, tie_word_embeddings=True, hidden_act="gelu_new",
                            rope_scaling=dict(type="linear", factor=2.0)),
}
