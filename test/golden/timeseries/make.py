"""Word features summed into scans, as NumPy computes it with whole matrices.

    python make.py        # needs numpy

Two runs of 9 and 12 scans, TR 1.5 s, 40 words each. `words.npy` f32 [80, 3]; `times.json` onsets and offsets;
`scans.npy` f64 [21, 3] = Σ words of sinc(t/TR)·sinc(t/(3·TR)) where |t| < 3·TR; `delayed.npy` f64 [21, 9], delays 1, 2, 4;
`zscored.npy` f64 [21, 9]: run 2 by its own rows 9…16, run 1, of which no row trains, by the same rows.
"""
import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
random = np.random.default_rng(8)
TR, LENGTHS, DELAYS = 1.5, [9, 12], [1, 2, 4]
words = random.standard_normal((80, 3)).astype(np.float32)
onsets = np.concatenate([np.sort(random.uniform(0, length * TR - 0.5, 40)) for length in LENGTHS])
offsets = onsets + random.uniform(0.1, 0.5, 80)
np.save(HERE / "words.npy", words)
(HERE / "times.json").write_text(json.dumps({"onsets": onsets.tolist(), "offsets": offsets.tolist()}) + "\n")

scans, delayed = [], []
for run, length in enumerate(LENGTHS):
    mine = slice(40 * run, 40 * run + 40)
    t = ((np.arange(length)[:, None] + 0.5) * TR - (onsets[mine] + offsets[mine])[None] / 2) / TR
    weights = np.where(np.abs(t) < 3, np.sinc(t) * np.sinc(t / 3), 0)
    scans.append(weights @ words[mine].astype(np.float64))
    delayed.append(np.hstack([np.vstack([np.zeros((d, 3)), scans[-1][:-d]]) for d in DELAYS]))
np.save(HERE / "scans.npy", np.vstack(scans))
delayed = np.vstack(delayed)
np.save(HERE / "delayed.npy", delayed)
train = delayed[9:17]
np.save(HERE / "zscored.npy", (delayed - train.mean(0)) / train.std(0))
