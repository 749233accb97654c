"""Files for the reader tests, written by NumPy and PyArrow: python make.py (numpy 2, pyarrow)."""
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

here = Path(__file__).parent

rng = np.random.default_rng(0)
arrays = {
    "f64": np.array([[0.1, -np.inf, np.nan], [1e300, 5e-324, -0.0]]),
    "f32": rng.standard_normal((2, 3, 4)).astype("float32"),
    "i32": np.array([-(2**31), -1, 0, 2**31 - 1], dtype="int32"),
    "u8": np.arange(256, dtype="uint8").reshape(16, 16),
    "bool": np.array([True, False, True]),
    "scalar": np.array(2.5),
    "empty": np.zeros((0, 7)),
    "fortran": np.asfortranarray(np.arange(24, dtype="float64").reshape(2, 3, 4)),
    "i64": np.arange(3),
    "big-endian": np.arange(3, dtype=">f8"),
    "wide": np.zeros((1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), dtype="float32"),
}
for name, array in arrays.items():
    np.save(here / f"{name}.npy", array)
np.save(here / "records.npy", np.zeros(2, dtype=[("a", "f8"), ("b", "i4")]))

table = pa.table(
    {
        "item": [1, 2, 3, 4],
        "sentence": ["the cat sat", "NA", "größer, ‘quoted’", "last one"],
        "condition": ["a", "b", "a", None],
    }
)
for codec in ("snappy", "zstd", "gzip"):
    pq.write_table(table, here / f"{codec}.parquet", compression=codec)
