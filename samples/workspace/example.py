# Brainlens reads along: a lens above the lines below says what is known of the model and of results,
# and a small curve at their ends shows it, once there is a result.
from pathlib import Path

import numpy as np

MODEL = "models/tiny-random"

for result in sorted(Path(".brainlens").glob("localize-*")):
    selected = np.load(result / "selected.npy")  # u8 [layers, width]
    print(result.name, "units per layer:", selected.sum(axis=1))
