"""Whether SAELens opens an SAE that Brainlens wrote and computes the same; run by hand.

    python check_written.py FOLDER X.npy ACTIVATIONS.npy [RECONSTRUCTION.npy]

X f32 [rows, width] went in; ACTIVATIONS f32 [rows, features] and RECONSTRUCTION f32 [rows, width] are what Brainlens
made of them. Needs sae-lens 6. Exits with 1 where a number differs by more than 1e-5 of max(1, |number|).
"""
import sys

import numpy as np
import torch
from sae_lens import SAE

folder, rows, *wanted = sys.argv[1:]
sae = SAE.load_from_disk(folder)
x = torch.tensor(np.load(rows))
with torch.no_grad():
    given = [sae.encode(x).numpy(), sae(x).numpy()]
worst = [float(np.max(np.abs(a - np.load(file)) / np.maximum(1, np.abs(a)))) for a, file in zip(given, wanted)]
print(sae.cfg.architecture(), sae.cfg.metadata.hook_name, sae.cfg.d_sae, "features; largest differences", worst)
sys.exit(int(max(worst) > 1e-5))
