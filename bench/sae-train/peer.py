"""The peer: a plain PyTorch TopK trainer (Gao et al. 2024) with the settings of ours.

    python peer.py settings.json chunk.npy … -- held.npy
"""
import json
import sys
import time

import numpy as np
import torch


def rows_of(paths, outliers):
    rows = torch.from_numpy(np.concatenate([np.load(path).reshape(-1, np.load(path).shape[-1]) for path in paths]))
    norms = rows.norm(dim=1)
    return rows[norms <= outliers * norms.median()]


def train(settings, training, held):
    torch.manual_seed(0)
    x, test = rows_of(training, settings["outliers"]), rows_of(held, settings["outliers"])
    count, width = x.shape
    features, k, batch = settings["features"], settings["k"], settings["batch"]
    factor = width**0.5 / x.norm(dim=1).mean()
    x, test = x * factor, test * factor
    variance = ((x - x.mean(0)) ** 2).sum(1).mean()
    steps = count // batch * settings["epochs"]
    start = time.perf_counter()
    decoder = torch.randn(features, width)
    decoder = torch.nn.Parameter(decoder / decoder.norm(dim=1, keepdim=True))
    encoder = torch.nn.Parameter(decoder.detach().clone())
    encoder_bias = torch.nn.Parameter(torch.zeros(features))
    decoder_bias = torch.nn.Parameter(x.mean(0).clone())
    parameters = [encoder, decoder, encoder_bias, decoder_bias]
    optimiser = torch.optim.Adam(parameters, lr=settings["rate"])
    silent = torch.zeros(features)

    def top(before, most):
        values, indices = torch.topk(before, min(most, before.shape[1]), dim=1, sorted=False)
        return torch.zeros_like(before).scatter(1, indices, torch.relu(values))

    step = 0
    for _ in range(settings["epochs"]):
        order = torch.randperm(count)
        for at in range(count // batch):
            rows = x[order[at * batch : (at + 1) * batch]]
            dead = torch.nonzero(silent >= settings["deadAfter"]).flatten()
            before = (rows - decoder_bias) @ encoder.T + encoder_bias
            active = top(before, k)
            reconstruction = active @ decoder + decoder_bias
            loss = ((rows - reconstruction) ** 2).sum(1).mean() / variance
            total = loss
            if len(dead) > 0:
                left = (rows - reconstruction).detach()
                modelled = top(before[:, dead], width // 2) @ decoder[dead]
                total = loss + ((left - modelled) ** 2).sum(1).mean() / variance / 32
            optimiser.zero_grad()
            total.backward()
            silent += batch
            silent[(active > 0).any(0)] = 0
            with torch.no_grad():
                decoder.grad -= (decoder.grad * decoder).sum(1, keepdim=True) * decoder
            torch.nn.utils.clip_grad_norm_(parameters, 1)
            falling = int(steps * 0.2)
            scale = min(1, (step + 1) / settings["warmup"], (steps - step) / falling)
            optimiser.param_groups[0]["lr"] = settings["rate"] * scale
            optimiser.step()
            with torch.no_grad():
                decoder /= decoder.norm(dim=1, keepdim=True)
            step += 1
    seconds = time.perf_counter() - start
    with torch.no_grad():
        active = top((test - decoder_bias) @ encoder.T + encoder_bias, k)
        error = ((test - active @ decoder - decoder_bias) ** 2).sum()
        explained = 1 - error / ((test - test.mean(0)) ** 2).sum()
        l0 = (active > 0).sum(1).float().mean()
    return dict(seconds=seconds, steps=step, loss=loss.item(), varianceExplained=explained.item(), l0=l0.item())


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        settings = json.load(file)
    torch.set_num_threads(settings["threads"])
    rest = sys.argv[2:]
    split = rest.index("--")
    print(json.dumps(train(settings, rest[:split], rest[split + 1 :])))
