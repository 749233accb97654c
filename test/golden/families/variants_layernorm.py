"""Families with LayerNorm: every switch of each config is on in one variant and off in another."""
from transformers.models.opt.modeling_opt import OPTPreTrainedModel

TINY = dict(vocab_size=260, num_hidden_layers=2, num_attention_heads=4, hidden_size=16, max_position_embeddings=64,
            bos_token_id=0, eos_token_id=0, pad_token_id=0)
# MPT and XGLM have names of their own.
MPT = dict(model_type="mpt", vocab_size=260, n_layers=2, n_heads=4, d_model=16, max_seq_len=64, bos_token_id=0,
           eos_token_id=0, pad_token_id=0)
XGLM = dict(model_type="xglm", vocab_size=260, num_layers=2, attention_heads=4, d_model=16, ffn_dim=24,
            max_position_embeddings=64, bos_token_id=0, eos_token_id=0)
GPT2 = dict(model_type="gpt2", vocab_size=260, n_layer=2, n_head=4, n_embd=16, n_positions=64, bos_token_id=0,
            eos_token_id=0)
# Falcon's eager attention adds the linear biases twice; what users run is the default.
SDPA = dict(_attention="sdpa")
# Positions above 256 are no bfloat16 numbers, to which Falcon rounds them.
FAR = dict(max_position_embeddings=320, _lengths=[1, 2, 7, 300])

# It initialises the weight of a LayerNorm that has none, and fails; all values are set afterwards.
OPTPreTrainedModel._init_weights = lambda self, module: None


def of(model_type, **changes):
    return {**TINY, "model_type": model_type, **changes}


VARIANTS = {
    "gpt_neox": of("gpt_neox", intermediate_size=24, rotary_pct=0.5,
                   _drop=["use_parallel_residual", "attention_bias", "rope_theta", "partial_rotary_factor"]),
    "gpt_neox-sequential": of("gpt_neox", intermediate_size=24, num_attention_heads=2, use_parallel_residual=False,
                              attention_bias=False, rotary_emb_base=500, tie_word_embeddings=True,
                              rope_scaling=dict(type="linear", factor=2.0), _drop=["rotary_pct"]),
    "gpt_neox-dynamic": of("gpt_neox", intermediate_size=24, rotary_pct=1.0, max_position_embeddings=16, hidden_act="gelu_new",
                           rope_scaling=dict(rope_type="dynamic", factor=3.0)),
    "opt": of("opt", ffn_dim=24, _drop=["enable_bias", "do_layer_norm_before", "layer_norm_elementwise_affine",
                                        "activation_function", "_remove_final_layer_norm", "word_embed_proj_dim"]),
    "opt-350m": of("opt", ffn_dim=24, word_embed_proj_dim=12, do_layer_norm_before=False),
    "opt-galactica": of("opt", ffn_dim=24, activation_function="gelu", enable_bias=False, tie_word_embeddings=False),
    "opt-switches-bf16": of("opt", ffn_dim=24, word_embed_proj_dim=20, layer_norm_elementwise_affine=False,
                            enable_bias=True, _dtype="BF16"),
    "opt-without-last-norm": of("opt", ffn_dim=24, _remove_final_layer_norm=True),
    "phi": of("phi", intermediate_size=24, num_attention_heads=2, _drop=["num_key_value_heads", "qk_layernorm",
                                                                         "partial_rotary_factor"]),
    "phi-switches": of("phi", intermediate_size=24, num_key_value_heads=2, qk_layernorm=True, partial_rotary_factor=1.0,
                       rope_theta=500.0, tie_word_embeddings=True, hidden_act="gelu",
                       rope_scaling=dict(rope_type="yarn", factor=2.0, original_max_position_embeddings=32)),
    "falcon-7b": of("falcon", _drop=["ffn_hidden_size", "new_decoder_architecture", "multi_query", "parallel_attn",
                                     "alibi", "bias"]),
    "falcon-40b": of("falcon", new_decoder_architecture=True, num_kv_heads=2, bias=True, tie_word_embeddings=False,
                     rope_theta=500.0, ffn_hidden_size=24, _drop=["num_ln_in_parallel_attn"]),
    "falcon-11b": of("falcon", new_decoder_architecture=True, num_kv_heads=2, num_ln_in_parallel_attn=1,
                     activation="relu", ffn_hidden_size=24),
    "falcon-rw": of("falcon", alibi=True, multi_query=False, parallel_attn=False, bias=True, **SDPA, **FAR),
    "falcon-alibi-grouped": of("falcon", hidden_size=24, num_attention_heads=6, alibi=True, num_kv_heads=3,
                               new_decoder_architecture=True, **SDPA, **FAR),
    "falcon-each-key": of("falcon", multi_query=False, num_kv_heads=4, parallel_attn=True,
                          rope_scaling=dict(rope_type="linear", factor=4.0)),
    "mpt": {**MPT, "_drop": ["attn_config"]},
    "mpt-clipped": {**MPT, "n_heads": 6, "d_model": 24, "tie_word_embeddings": False, "_dtype": "BF16",
                    "attn_config": dict(clip_qkv=0.8, softmax_scale=0.4)},
    "starcoder2": of("starcoder2", intermediate_size=24, _drop=["num_key_value_heads", "use_bias", "sliding_window"]),
    "starcoder2-window": of("starcoder2", intermediate_size=24, num_key_value_heads=1, use_bias=False, sliding_window=6,
                            tie_word_embeddings=False, rope_theta=500.0, hidden_act="silu", head_dim=8),
    "xglm": {**XGLM, "_drop": ["scale_embedding", "pad_token_id"]},
    # A padding token above 1 silences the position that stands there.
    "xglm-switches": {**XGLM, "scale_embedding": False, "activation_function": "relu", "pad_token_id": 5,
                      "tie_word_embeddings": False},
    # Cerebras-GPT.
    "gpt2-exact-gelu": {**GPT2, "n_inner": 24, "activation_function": "gelu", "_drop": [
        "scale_attn_weights", "scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn", "tie_word_embeddings"]},
    "gpt2-switches": {**GPT2, "activation_function": "relu", "scale_attn_weights": False, "tie_word_embeddings": False,
                      "scale_attn_by_inverse_layer_idx": True, "reorder_and_upcast_attn": True, "_dtype": "BF16",
                      "_drop": ["n_inner"]},
}
