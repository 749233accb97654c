"""Models whose every setting a GGUF file can hold (`test/unit/models/gguf-families.test.ts`)."""
from variants_rotary import of

VARIANTS = {
    "gemma2-gguf": of("gemma2", head_dim=8, query_pre_attn_scalar=8, sliding_window=8, attn_logit_softcapping=2.0,
                      final_logit_softcapping=3.0, num_hidden_layers=3),
    # The sixth block of seven attends to all.
    "gemma3-gguf": of("gemma3_text", head_dim=8, query_pre_attn_scalar=8, sliding_window=6, num_hidden_layers=7,
                      rope_scaling=dict(rope_type="linear", factor=8.0), _drop=["layer_types"], _lengths=[2, 19]),
}
