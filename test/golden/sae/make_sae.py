"""Tiny SAEs in every layout, with what SAELens computes with them on random rows.

    python make_sae.py        # needs sae-lens 6 (made with 6.54.12), numpy, torch, safetensors

Each folder below `saes/` is an SAE of width 8 and 24 features; `expected.json` has, by folder, dense feature activations
[rows, features] and reconstructions [rows, width] for the rows `x.npy`. SAELens layouts: saved and run by SAELens itself
(`SAE.load_from_disk`, `encode`, `forward`), float32. Gemma Scope and sparsify are run by their published formulas in
float64 numpy: JumpReLU of Lieberum et al. 2024 (section 2), and EleutherAI's `SparseCoder` (TopK of ReLU, the decoder's
bias taken off first).
"""
import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

warnings.filterwarnings("ignore")
from sae_lens import SAE  # noqa: E402

HERE = Path(__file__).parent
OUT = HERE / "saes"
WIDTH, FEATURES, ROWS = 8, 24, 5
random = np.random.default_rng(11)
x = (random.standard_normal((ROWS, WIDTH)) * 2 + 0.7).astype(np.float32)
np.save(HERE / "x.npy", x)
expected = {}


def weights(threshold=False):
    def draw(*shape):
        return torch.tensor(random.standard_normal(shape).astype(np.float32))

    w = {"W_enc": draw(WIDTH, FEATURES) * 0.6, "b_enc": draw(FEATURES) * 0.3, "W_dec": draw(FEATURES, WIDTH), "b_dec": draw(WIDTH) * 0.4}
    if threshold:
        w["threshold"] = draw(FEATURES) * 0.8  # some are negative: ReLU still holds
    return w


def folder(name):
    path = OUT / name
    path.mkdir(parents=True)
    return path


def rounded(array):
    return [float(f"{v:.8g}") for v in np.asarray(array, dtype=np.float64).ravel()]


def remember(name, acts, recon):
    expected[name] = {"activations": rounded(acts), "reconstruction": rounded(recon)}


def by_saelens(name, cfg, state, run=None):
    path = folder(name)
    save_file({k: v.contiguous() for k, v in state.items()}, path / "sae_weights.safetensors")
    (path / "cfg.json").write_text(json.dumps(cfg, indent=1) + "\n")
    sae = SAE.load_from_disk(path)
    rows = torch.tensor(x)
    with torch.no_grad():
        if run is not None:
            remember(name, *run(sae, rows))
        else:
            remember(name, sae.encode(rows), sae(rows))


def flat(**fields):
    """As SAELens 3 to 5 saved: one level, hook and layer apart."""
    return {
        "architecture": "standard", "d_in": WIDTH, "d_sae": FEATURES, "activation_fn_str": "relu", "apply_b_dec_to_input": True,
        "finetuning_scaling_factor": False, "context_size": 128, "model_name": "gpt2-small", "hook_name": "blocks.3.hook_resid_pre",
        "hook_layer": 3, "hook_head_index": None, "prepend_bos": True, "dataset_path": "text", "dataset_trust_remote_code": True,
        "normalize_activations": "none", "dtype": "torch.float32", "device": "cpu", "sae_lens_training_version": "3.0.0", **fields,
    }  # fmt: skip


def nested(architecture, hook="blocks.5.hook_resid_post", metadata=None, **fields):
    """As SAELens 6 saves: facts about the model under `metadata`."""
    return {
        "d_in": WIDTH, "d_sae": FEATURES, "dtype": "float32", "device": "cpu", "apply_b_dec_to_input": True,
        "normalize_activations": "none", "reshape_activations": "none", "architecture": architecture, **fields,
        "metadata": {
            "sae_lens_version": "6.54.12", "sae_lens_training_version": "6.54.12", "model_name": "tiny", "hook_name": hook,
            "hook_head_index": None, "context_size": 256, "prepend_bos": True, **(metadata or {}),
        },
    }  # fmt: skip


def centred(sae, rows):
    """Centred writing weights take the mean off every stream; the reconstruction gets it back."""
    mean = rows.mean(-1, keepdim=True)
    return sae.encode(rows - mean), sae(rows - mean) + mean


def folded(factor):
    def run(sae, rows):
        sae.fold_activation_norm_scaling_factor(factor)
        return sae.encode(rows), sae(rows)

    return run


shutil.rmtree(OUT, ignore_errors=True)
by_saelens("flat-standard", flat(), weights())
by_saelens("flat-topk", flat(activation_fn_str="topk", activation_fn_kwargs={"k": 4}, apply_b_dec_to_input=False), weights())
by_saelens("flat-jumprelu", flat(architecture="jumprelu", hook_name="blocks.3.hook_resid_post"), weights(True))
by_saelens("flat-old-names", {
    **{k: v for k, v in flat(normalize_activations=False).items() if k not in ("hook_name", "hook_layer", "architecture")},
    "hook_point": "blocks.{layer}.hook_resid_pre", "hook_point_layer": 0,
}, weights())  # fmt: skip
by_saelens("flat-centred", flat(model_from_pretrained_kwargs={"center_writing_weights": True}), weights(), centred)
by_saelens("nested-standard", nested("standard", apply_b_dec_to_input=False), weights())
by_saelens("nested-topk", nested("topk", k=3, rescale_acts_by_decoder_norm=False), weights())
by_saelens("nested-topk-rescaled", nested("topk", k=3, rescale_acts_by_decoder_norm=True), weights())
by_saelens("nested-jumprelu", nested("jumprelu", "blocks.0.hook_resid_pre"), weights(True))
by_saelens("nested-layer-norm", nested("standard", normalize_activations="layer_norm"), weights())
by_saelens("nested-constant-norm", nested("topk", k=5, normalize_activations="constant_norm_rescale"), weights())
by_saelens("nested-unscaled", nested("standard", normalize_activations="expected_average_only_in"), weights())
by_saelens("nested-scaled", nested("standard", normalize_activations="expected_average_only_in"), weights(), folded(0.35))
(OUT / "nested-scaled/activation_scaler.json").write_text('{"scaling_factor": 0.35}\n')
by_saelens("nested-centred-layer-norm", nested("standard", normalize_activations="layer_norm",
           metadata={"model_from_pretrained_kwargs": {"center_writing_weights": True}}), weights(), centred)  # fmt: skip
by_saelens("nested-hugging-face-hook", nested("standard", "model.layers.7"), weights())

# One threshold for all features, as a BatchTopK SAE is saved at the end of its training.
batch = weights()
batch["threshold"] = torch.full((FEATURES,), 0.45)
by_saelens("nested-batchtopk", nested("jumprelu", metadata={"training_architecture": "batchtopk"}), batch)

# A BatchTopK checkpoint: the training's architecture and its running threshold. SAELens runs its inference form.
state = weights()
by_saelens("reference", nested("jumprelu"), {**state, "threshold": torch.full((FEATURES,), 0.6)}, lambda sae, rows: (lambda: (
    sae.fold_W_dec_norm(), setattr(sae.threshold, "data", torch.full((FEATURES,), 0.6)), (sae.encode(rows), sae(rows)))[-1])())  # fmt: skip
shutil.rmtree(OUT / "reference")
expected["batchtopk-checkpoint"] = expected.pop("reference")
path = folder("batchtopk-checkpoint")
save_file({**state, "topk_threshold": torch.tensor(0.6, dtype=torch.float64)}, path / "sae_weights.safetensors")
(path / "cfg.json").write_text(json.dumps(nested("batchtopk", k=3.0, rescale_acts_by_decoder_norm=True), indent=1) + "\n")

# An early JumpReLU checkpoint keeps the logarithm of its thresholds.
state = weights(True)
state["threshold"] = state["threshold"].abs() + 0.1
by_saelens("log-threshold", flat(architecture="jumprelu"), state)
log = {k: v for k, v in state.items() if k != "threshold"} | {"log_threshold": state["threshold"].log()}
save_file({k: v.contiguous() for k, v in log.items()}, OUT / "log-threshold/sae_weights.safetensors")

# Stored types: SAELens reads the same numbers, widened.
for name, dtype in {"bf16": torch.bfloat16, "f16": torch.float16, "f64": torch.float64}.items():
    narrow = {k: v.to(dtype) for k, v in weights().items()}
    by_saelens(f"stored-{name}", nested("standard"), narrow)

# Activations that are fine-tuned by a factor on their way into the decoder (SAELens before 6; 6 cannot load it).
state = weights()
by_saelens("fine-tuned", flat(finetuning_scaling_factor=True), state)
factors = torch.tensor(random.uniform(0.5, 2, FEATURES).astype(np.float32))
acts = np.array(expected["fine-tuned"]["activations"]).reshape(ROWS, FEATURES)
remember("fine-tuned", acts, acts * factors.numpy() @ state["W_dec"].numpy().astype(np.float64) + state["b_dec"].numpy())
save_file({**state, "scaling_factor": factors}, OUT / "fine-tuned/sae_weights.safetensors")

# Gemma Scope.
for name, save in {"gemma-scope": np.savez, "gemma-scope-compressed": np.savez_compressed}.items():
    w = {k: v.numpy() for k, v in weights(True).items()}
    save(folder(f"{name}/layer_20") / "params.npz", **w)
    z = x.astype(np.float64) @ w["W_enc"] + w["b_enc"]
    acts = np.maximum(z, 0) * (z > w["threshold"])
    remember(f"{name}/layer_20", acts, acts @ w["W_dec"] + w["b_dec"])

# sparsify: [latents, width] on both sides.
for name, sizes in {"layers.15": {"num_latents": FEATURES}, "layers.2": {"num_latents": 0, "expansion_factor": 3}}.items():
    w = weights()
    path = folder(f"sparsify/{name}")
    stored = {"encoder.weight": w["W_enc"].T, "encoder.bias": w["b_enc"], "W_dec": w["W_dec"], "b_dec": w["b_dec"]}
    save_file({k: v.contiguous() for k, v in stored.items()}, path / "sae.safetensors")
    cfg = {"activation": "topk", "expansion_factor": 32, "normalize_decoder": True, "k": 4, "multi_topk": False,
           "skip_connection": False, "transcode": False, "d_in": WIDTH, **sizes}  # fmt: skip
    (path / "cfg.json").write_text(json.dumps(cfg) + "\n")
    w = {k: v.numpy().astype(np.float64) for k, v in w.items()}
    z = np.maximum((x - w["b_dec"]) @ w["W_enc"] + w["b_enc"], 0)
    acts = np.where(z >= np.sort(z, axis=1)[:, [-4]], z, 0)
    remember(f"sparsify/{name}", acts, acts @ w["W_dec"] + w["b_dec"])

(HERE / "expected.json").write_text(json.dumps(expected) + "\n")
