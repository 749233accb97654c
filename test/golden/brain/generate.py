"""A long table with subjects, repetitions and missing values, and a continuous recording, with what pandas and numpy make
of them. Run: python generate.py (numpy, pandas). Writes long.csv, long-expected.csv, recording.npy, words.csv,
recording-expected.npy and zscore-expected.npy beside itself."""

from pathlib import Path

import numpy as np
import pandas as pd

here = Path(__file__).parent
rng = np.random.default_rng(7)

rows = []
for item in range(8):
    for subject in ("s1", "s2"):
        for unit in ("IFG", "PostTemp"):
            for repetition in range(3):
                if rng.random() < 0.1:
                    continue
                value = np.nan if rng.random() < 0.15 else rng.normal()
                rows.append((f"i{item}", subject, unit, repetition, value))
long = pd.DataFrame(rows, columns=["item", "subject", "neuroid", "rep", "value"])
long = long.sample(frac=1, random_state=1)
long.to_csv(here / "long.csv", index=False, na_rep="NA")
# Series.mean skips NaN; a cell without any value stays NaN.
wide = long.pivot_table(index="item", columns=["subject", "neuroid"], values="value", aggfunc="mean", dropna=False)
wide.columns = [f"{subject} {unit}" for subject, unit in wide.columns]
wide.reindex([f"i{item}" for item in range(8)]).to_csv(here / "long-expected.csv")

rate, units = 100.0, 3
recording = np.cumsum(rng.normal(size=(600, units)), axis=0)
recording[100:105, 1] = np.nan
onsets = np.round(np.sort(rng.uniform(0, 5.4, 10)), 3)
np.save(here / "recording.npy", recording)
pd.DataFrame({"word": [f"w{i}" for i in range(10)], "onset": onsets, "offset": np.round(onsets + 0.2, 3)}).to_csv(here / "words.csv", index=False)
times = np.arange(600) / rate
means = [np.nanmean(recording[(times >= t - 1e-9) & (times < t + 0.4 - 1e-9)], axis=0) for t in onsets]
np.save(here / "recording-expected.npy", np.array(means))

runs = np.repeat([0, 1], 300)
z = np.concatenate([(recording[runs == r] - np.nanmean(recording[runs == r], axis=0)) / np.nanstd(recording[runs == r], axis=0) for r in (0, 1)])
np.save(here / "zscore-expected.npy", z)
