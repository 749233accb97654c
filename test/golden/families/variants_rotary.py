"""Families of the Llama kind: every switch of each config is on in one variant and off in another."""

TINY = dict(vocab_size=260, hidden_size=16, num_attention_heads=4, num_key_value_heads=2, intermediate_size=24,
            num_hidden_layers=2, max_position_embeddings=64, bos_token_id=0, eos_token_id=0, pad_token_id=0)


def of(model_type, **changes):
    return {**TINY, "model_type": model_type, **changes}


VARIANTS = {
    "llama": of("llama", head_dim=8),
    "llama-biases-tied": of("llama", attention_bias=True, mlp_bias=True, tie_word_embeddings=True, hidden_act="gelu",
                            num_key_value_heads=4, _drop=["num_key_value_heads", "head_dim"]),
}
