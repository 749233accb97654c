"""Makes tiny random models and what PyTorch (float32, on the weights as stored) computes with them.

    python make.py        # needs torch, transformers 4.x, tokenizers

One folder per model (config, tokenizer, safetensors) and `reference.json` beside each: token ids, pooled residual
stream after every block (forward hooks) and behind the embedding, summed log probabilities, plain and with an ablation.
"""
import json
import shutil
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM
from transformers import PreTrainedTokenizerFast

HERE = Path(__file__).parent
VOCABULARY = 260
LENGTHS = [1, 2, 7, 7, 19, 40]

llama = dict(vocab_size=VOCABULARY, hidden_size=32, num_attention_heads=4, num_key_value_heads=2, intermediate_size=48,
             num_hidden_layers=2, max_position_embeddings=64, initializer_range=0.3, bos_token_id=0, eos_token_id=0)
gpt2 = dict(vocab_size=VOCABULARY, n_embd=32, n_head=4, n_layer=2, n_positions=64, initializer_range=0.3,
            bos_token_id=0, eos_token_id=0)
MODELS = {
    # Grouped queries, heads wider than width / heads, all biases, Llama 3.1's rope scaling, untied, float32.
    "llama-llama3": (LlamaForCausalLM, LlamaConfig(**llama, head_dim=12, attention_bias=True, mlp_bias=True, rope_theta=500.0,
        rope_scaling=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                          original_max_position_embeddings=16)), torch.float32, None),
    # Linear rope scaling, tied head, bfloat16, another activation function.
    "llama-linear-bf16": (LlamaForCausalLM, LlamaConfig(**llama, tie_word_embeddings=True, hidden_act="gelu",
        rope_scaling=dict(rope_type="linear", factor=4.0)), torch.bfloat16, None),
    # Three blocks in float16, in several shards.
    "llama-sharded-f16": (LlamaForCausalLM, LlamaConfig(**{**llama, "num_hidden_layers": 3}), torch.float16, "20KB"),
    "gpt2": (GPT2LMHeadModel, GPT2Config(**gpt2), torch.float32, None),
    # The attention switches, an inner width of its own, exact GELU, bfloat16.
    "gpt2-switches-bf16": (GPT2LMHeadModel, GPT2Config(**gpt2, n_inner=56, activation_function="gelu",
        scale_attn_weights=False, scale_attn_by_inverse_layer_idx=True), torch.bfloat16, None),
}


def randomise(model, generator):
    """Norm weights and biases start at one and zero: that would hide a mistake in using them."""
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:
            noise = torch.randn(parameter.shape, generator=generator) * 0.2
            parameter.data = noise + (1.0 if name.endswith("weight") else 0.0)


def save_tokenizer(folder):
    """Byte-level BPE without merges: one token per byte."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={token: i + 1 for i, token in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>").save_pretrained(folder)
    (folder / "special_tokens_map.json").unlink(missing_ok=True)


def run(model, ids, mask=None):
    """Residual stream after the embedding and every block [1 + layers, tokens, width], and log P of each next token."""
    base = model.model if hasattr(model, "model") else model.transformer
    blocks = base.layers if hasattr(base, "layers") else base.h
    streams, hooks = [], []

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

    hooks.append(blocks[0].register_forward_pre_hook(before, with_kwargs=True))
    hooks += [block.register_forward_hook(after(i)) for i, block in enumerate(blocks)]
    with torch.no_grad():
        logits = model(torch.tensor([ids]), use_cache=False).logits[0].double()
    for hook in hooks:
        hook.remove()
    picked = logits.log_softmax(-1)[:-1].gather(1, torch.tensor(ids[1:], dtype=torch.long)[:, None])
    return torch.stack(streams), picked.sum().item()


def rounded(tensor):
    return [float(f"{value:.8g}") for value in tensor.flatten().tolist()]


for number, (name, (family, config, dtype, shard)) in enumerate(MODELS.items()):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(number)
    generator = torch.Generator().manual_seed(number)
    config._attn_implementation = "eager"
    model = family(config)
    randomise(model, generator)
    model.to(dtype).save_pretrained(folder, **({"max_shard_size": shard} if shard else {}))
    (folder / "generation_config.json").unlink(missing_ok=True)
    save_tokenizer(folder)

    model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float32, attn_implementation="eager").eval()
    layers, width = len(list((model.model.layers if hasattr(model, "model") else model.transformer.h))), 32
    mask = (torch.rand((layers, width), generator=generator) > 0.15).float()
    sequences = [torch.randint(0, VOCABULARY, (n,), generator=generator).tolist() for n in LENGTHS]
    reference = {"layers": layers, "width": width, "mask": mask.flatten().int().tolist(), "sequences": []}
    for ids in sequences:
        streams, score = run(model, ids)
        _, ablated = run(model, ids, mask)
        reference["sequences"].append({
            "ids": ids,
            "last": rounded(streams[:, -1]), "mean": rounded(streams.mean(1)), "sum": rounded(streams.sum(1)),
            "score": score, "scoreAblated": ablated,
        })
    (folder / "reference.json").write_text(json.dumps(reference))
    print(name, sum(file.stat().st_size for file in folder.iterdir()), "bytes")
