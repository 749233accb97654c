"""Makes golden.json and batches.npy: a tiny TopK SAE trained by PyTorch's autograd and Adam, in float64.

    python make_training.py          # torch 2, numpy

Settings are such that everything happens: dead features from step 3 on, more of them than the auxiliary loss takes,
gradients above the clipping norm, warm-up and decay.
"""
import json
from pathlib import Path

import numpy as np
import torch

WIDTH, FEATURES, K, ROWS, STEPS = 12, 40, 4, 48, 20
RATE, WARMUP, DECAY, CLIP = 0.02, 5, 0.2, 0.05
DEAD_AFTER, AUX_K, AUX_COEFFICIENT, VARIANCE = 96, 3, 1 / 32, 7.5

here = Path(__file__).parent
generator = np.random.default_rng(6)
directions = generator.normal(size=(8, WIDTH))
mixture = generator.exponential(size=(STEPS, ROWS, 8)) * (generator.random((STEPS, ROWS, 8)) < 0.3)
batches = (mixture @ directions + 0.1 * generator.normal(size=(STEPS, ROWS, WIDTH)) + 0.5).astype(np.float32)
decoder = generator.normal(size=(FEATURES, WIDTH))
decoder = (decoder / np.linalg.norm(decoder, axis=1, keepdims=True)).astype(np.float32)
initial = {
    "encoder": (decoder + 0.1 * generator.normal(size=decoder.shape)).astype(np.float32),
    "decoder": decoder,
    "encoderBias": (0.1 * generator.normal(size=FEATURES)).astype(np.float32),
    "decoderBias": batches[0].mean(0),
}
# Some features never get in: they are dead after DEAD_AFTER tokens, and the auxiliary loss works on them.
initial["encoderBias"][30:] -= 6

parameters = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in initial.items()}
encoder, dictionary = parameters["encoder"], parameters["decoder"]
encoder_bias, decoder_bias = parameters["encoderBias"], parameters["decoderBias"]
optimiser = torch.optim.Adam(parameters.values(), lr=RATE, betas=(0.9, 0.999), eps=1e-8)
silent = torch.zeros(FEATURES)


def top(pre, k):
    values, indices = torch.topk(pre, min(k, pre.shape[1]), dim=1)
    return torch.zeros_like(pre).scatter(1, indices, torch.relu(values))


def learning_rate(step):
    falling = int(STEPS * DECAY)
    return RATE * min(1, (step + 1) / WARMUP, (STEPS - step) / falling)


steps, first = [], {}
for step in range(STEPS):
    x = torch.tensor(batches[step], dtype=torch.float64)
    dead = torch.nonzero(silent >= DEAD_AFTER).flatten()
    pre = (x - decoder_bias) @ encoder.T + encoder_bias
    features = top(pre, K)
    reconstruction = features @ dictionary + decoder_bias
    loss = ((x - reconstruction) ** 2).sum(1).mean() / VARIANCE
    auxiliary = torch.zeros(())
    if len(dead) > 0:
        left = (x - reconstruction).detach()
        modelled = top(pre[:, dead], AUX_K) @ dictionary[dead]
        auxiliary = ((left - modelled) ** 2).sum(1).mean() / VARIANCE
    optimiser.zero_grad()
    (loss + AUX_COEFFICIENT * auxiliary).backward()
    silent += ROWS
    silent[(features > 0).any(0)] = 0
    raw = {name: p.grad.clone() for name, p in parameters.items()}
    with torch.no_grad():
        along = (dictionary.grad * dictionary).sum(1, keepdim=True)
        dictionary.grad -= along * dictionary
    norm = torch.nn.utils.clip_grad_norm_(parameters.values(), CLIP)
    for group in optimiser.param_groups:
        group["lr"] = learning_rate(step)
    optimiser.step()
    with torch.no_grad():
        dictionary /= dictionary.norm(dim=1, keepdim=True)
    steps.append(
        {
            "loss": loss.item(),
            "auxiliary": auxiliary.item(),
            "l0": (features > 0).sum(1).double().mean().item(),
            "dead": len(dead),
            "gradientNorm": norm.item(),
            "learningRate": learning_rate(step),
        }
    )
    if step in (0, 8):
        first[str(step)] = {name: gradient.flatten().tolist() for name, gradient in raw.items()}


def rounded(values):
    return [float(f"{value:.9g}") for value in values]


settings = dict(width=WIDTH, features=FEATURES, k=K, batch=ROWS, steps=STEPS, rate=RATE, warmup=WARMUP, decay=DECAY)
settings |= dict(clip=CLIP, deadAfter=DEAD_AFTER, auxK=AUX_K, auxCoefficient=AUX_COEFFICIENT, variance=VARIANCE)
golden = {
    "settings": settings,
    "initial": {name: rounded(value.flatten()) for name, value in initial.items()},
    "gradients": {step: {name: rounded(values) for name, values in all.items()} for step, all in first.items()},
    "steps": steps,
    "final": {name: rounded(value.detach().flatten().tolist()) for name, value in parameters.items()},
}
np.save(here / "batches.npy", batches)
(here / "golden.json").write_text(json.dumps(golden) + "\n")
print(json.dumps(steps[0]), json.dumps(steps[8]), json.dumps(steps[-1]))
