"""Small files of every format, written by the field's own libraries, and what those libraries read back.

    python make.py      # needs numpy, scipy, h5py, xarray, netCDF4, h5netcdf, hdf5storage, nibabel

`golden.json` holds the expected values; numbers are float64 in C order.
"""
import json
from pathlib import Path

import h5py
import hdf5storage
import nibabel as nib
import numpy as np
import scipy.io
import xarray as xr

HERE = Path(__file__).parent
rng = np.random.default_rng(5)
golden = {}


def expected(array):
    array = np.asarray(array)
    flat = array.astype(np.float64).ravel().tolist()
    return {"shape": list(array.shape), "data": [None if np.isnan(v) else v for v in flat]}


# npy and npz: every type, both byte orders
golden["npy"] = {}
for name, array in {
    "i8": np.array([-128, 0, 127], "i1"), "i16": np.array([[-32768, 5], [7, 32767]], "<i2"),
    "u16": np.array([0, 65535], "<u2"), "u32": np.array([0, 2**32 - 1], "<u4"),
    "i64": np.array([-(2**53), 2**53, -1], "<i8"), "u64": np.array([2**53, 3], "<u8"),
    "f16": np.array([0.1, -np.inf, np.nan, 6e-8, 65504, -0.0], "<f2"),
    "f16-big": np.array([0.1, 2.5], ">f2"), "f8-big": np.array([[0.1, -3], [5, 1e300]], ">f8"),
    "f4-big": np.array([0.1, 3], ">f4"), "i4-big": np.array([-7, 2**30], ">i4"),
    "fortran-i2": np.asfortranarray(np.arange(6, dtype="<i2").reshape(2, 3)),
}.items():
    np.save(HERE / f"{name}.npy", array)
    finite = np.where(np.isinf(array.astype(float)), 0, array.astype(float))
    golden["npy"][name] = expected(finite)
np.save(HERE / "too-large.npy", np.array([2**53 + 1], "<i8"))
np.save(HERE / "complex.npy", np.array([1j]))
responses = rng.normal(size=(6, 4))
np.savez(HERE / "plain.npz", responses=responses, id=np.arange(6))
np.savez_compressed(HERE / "packed.npz", responses)
np.savez(HERE / "labels.npz", responses=responses, names=np.array(["a", "b"]))
golden["responses"] = expected(responses)

# HDF5
with h5py.File(HERE / "types.h5", "w") as f:
    values = np.array([[1, 2, 3], [4, 5, 6]])
    for kind in ("i1", "u1", "<i2", ">u2", "<i4", ">i4", "<u4", "<i8", "<u8", "<f2", ">f2", "<f4", ">f8"):
        f[f"numbers/{kind.replace('<', 'l').replace('>', 'b')}"] = values.astype(kind)
    f.create_dataset("gzip", data=responses, compression="gzip", shuffle=True, chunks=(2, 3))
    f.create_dataset("lzf", data=np.arange(200.0), compression="lzf")
    f["bool"] = np.array([True, False, True])
    f["fixed"] = np.array([b"ab", b"c", b""])
    f["variable"] = ["ä", "word two", ""]
    f["scalar"] = 3.5
    f["empty"] = np.zeros((0, 4))
    f["null"] = h5py.Empty("f4")
    f["complex"] = np.zeros(2, complex)
    f["records"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
    f["large"] = np.array([2**53 + 1])
    f["dangling"] = h5py.SoftLink("/nowhere")
    f.attrs["title"] = "all types"
    f["gzip"].attrs["units"] = "z"
    f["gzip"].attrs["rate"] = np.array([2, 5])
    f["scaled"] = np.array([0, 10, -999, 30], "<i2")
    f["scaled"].attrs.update({"_FillValue": np.int16(-999), "scale_factor": 0.5, "add_offset": 1.0})


# Brain-Score assemblies: the same data in several layouts
def assembly(order, text=None):
    n, units = 5, 3
    data = rng.normal(size=(n, units, 2)) if "time_bin" in order else rng.normal(size=(n, units))
    data[1, 2] = np.nan
    dims = ("presentation", "neuroid", "time_bin")[: data.ndim]
    coords = {
        "stimulus_id": ("presentation", np.array([f"s{i}" for i in range(n)], dtype=text or object)),
        "sentence": ("presentation", np.array(["A b.", "C ö.", "", "E f g.", "H."], dtype=object)),
        "passage_index": ("presentation", np.array([0, 0, 1, 1, 2])),
        "experiment": ("presentation", np.array(list("xxyyy"), dtype=object)),
        "neuroid_id": ("neuroid", np.array([11, 12, 13])),
        "subject": ("neuroid", np.array(["018", "018", "288"], dtype=object)),
        "roi": ("neuroid", np.array(["IFG", "MFG", "IFG"], dtype=object)),
    }
    if data.ndim == 3:
        coords["time_bin_start"] = ("time_bin", np.array([0, 100]))
    array = xr.DataArray(data, dims=dims, coords=coords, attrs={"identifier": "made up"})
    return array.transpose(*order), array


golden["assemblies"] = {}
for name, (order, engine, variable, text) in {
    "assembly": (("presentation", "neuroid"), "netcdf4", None, None),
    "assembly-transposed": (("neuroid", "presentation"), "netcdf4", "responses", None),
    "assembly-time": (("time_bin", "neuroid", "presentation"), "netcdf4", "data", None),
    "assembly-h5netcdf": (("presentation", "neuroid"), "h5netcdf", "responses", None),
    "assembly-characters": (("presentation", "neuroid"), "netcdf4", "responses", "S3"),
}.items():
    stored, plain = assembly(order, text)
    (stored.rename(variable) if variable else stored).to_netcdf(HERE / f"{name}.nc", engine=engine)
    golden["assemblies"][name] = expected(plain.values)
stored, plain = assembly(("presentation", "neuroid"))
indexed = stored.assign_coords(presentation=np.arange(10, 15))
xr.Dataset({"a": indexed, "b": indexed * 2}).to_netcdf(HERE / "two-variables.nc")
golden["assemblies"]["two-variables-b"] = expected(plain.values * 2)

# MATLAB
cube = rng.normal(size=(2, 3, 4))
variables = {
    "responses": responses, "cube": cube, "single": responses.astype("f4"), "int16": np.arange(-3, 3, dtype="i2"),
    "uint64": np.array([[2**53]], "u8"), "logical": np.array([[True, False]]), "empty": np.zeros((0, 3)),
    "names": np.array([["a"], ["word two"], ["ö"]], dtype=object), "title": "a title",
    "rows": np.array(["ab", "c "]), "z": np.array([1 + 2j]), "sparse": scipy.sparse.eye(3, format="csc"),
    "data": {"x": responses, "label": "inner", "deep": {"y": np.array([1.0, 2.0])}},
    "mixed": np.array([[1.0, "t"]], dtype=object),
    "several": np.array([(1.0,), (2.0,)], dtype=[("a", object)]),
}
scipy.io.savemat(HERE / "v5.mat", variables, do_compression=False)
scipy.io.savemat(HERE / "v7.mat", variables, do_compression=True)
scipy.io.savemat(HERE / "v4.mat", {"responses": responses}, format="4")
scipy.io.savemat(HERE / "one.mat", {"x": responses})
golden["mat"] = {"cube": expected(cube), "single": expected(responses.astype("f4")),
                 "int16": expected(np.arange(-3, 3)[None])}
# A big-endian file by hand: scipy writes the machine's own order only. One 2 x 3 double, row-wise 1 2 3 / 4 5 6.
body = b"".join([
    np.array([6, 8, 6, 0], ">u4").tobytes(), np.array([5, 8, 2, 3], ">u4").tobytes(),
    np.array([(1 << 0) | (1 << 16)], ">u4").tobytes(), b"x\0\0\0",
    np.array([9, 48], ">u4").tobytes(), np.arange(1.0, 7).reshape(2, 3).T.astype(">f8").tobytes()])
(HERE / "big-endian.mat").write_bytes(
    b"MATLAB 5.0 MAT-file by make.py".ljust(124) + b"\x01\x00MI" + np.array([14, len(body)], ">u4").tobytes() + body)
assert np.array_equal(scipy.io.loadmat(HERE / "big-endian.mat")["x"], [[1, 2, 3], [4, 5, 6]])
(HERE / "v73.mat").unlink(missing_ok=True)  # an existing file would be added to
hdf5storage.savemat(str(HERE / "v73.mat"), {
    "responses": responses, "cube": cube, "int16": np.arange(-3, 3, dtype="i2"), "logical": np.array([[True, False]]),
    "names": np.array([["a"], ["word two"], ["ö"]], dtype=object), "title": "a title", "empty": np.zeros((0, 3)),
    "z": np.array([1 + 2j]), "data": {"x": responses, "label": "inner"},
    "mixed": np.array([[1.0, "t"]], dtype=object)}, format="7.3", oned_as="row", store_python_metadata=False)
with h5py.File(HERE / "v73.mat", "a") as f:
    group = f.create_group("sparse")
    group.attrs["MATLAB_sparse"] = np.uint64(3)
    group.attrs["MATLAB_class"] = np.bytes_("double")
    group["data"] = np.ones(3)

# NIfTI
affine = np.array([[-3, 0.1, 0, 40], [0.1, 3, 0, -50], [0, 0, 3.5, -20.25], [0, 0, 0, 1]])
mask = np.zeros((3, 4, 2), np.uint8)
mask[0, 1, 0] = mask[2, 3, 1] = mask[0, 1, 1] = mask[1, 0, 0] = 1
golden["nifti"] = {}


def image(name, data, kind, slope=None, version=1, code="sform", big=False, gz=False, units=("mm", "sec"), step=2.0):
    cls = nib.Nifti2Image if version == 2 else nib.Nifti1Image
    header = cls.header_class(endianness=">") if big else None
    img = cls(data, affine, header=header)
    img.header.set_data_dtype(np.dtype(kind))
    if code == "qform":
        img.set_sform(None, 0)
        img.set_qform(affine_rigid, 1)
    if data.ndim == 4:
        img.header.set_zooms((*img.header.get_zooms()[:3], step))
    img.header.set_xyzt_units(*units)
    if slope:
        img.header.set_slope_inter(*slope)
    path = HERE / f"{name}.nii{'.gz' if gz else ''}"
    img.to_filename(path)
    back = nib.load(path)
    series = back.get_fdata()
    series = series[..., None] if series.ndim == 3 else series
    where = np.argwhere(mask)
    golden["nifti"][name] = {"series": expected(series[mask > 0].T), "voxels": where.tolist(),
                             "positions": expected(nib.affines.apply_affine(back.affine, where))}


angle = 0.3
affine_rigid = np.array([[2 * np.cos(angle), 2 * np.sin(angle), 0, 5], [2 * np.sin(angle), -2 * np.cos(angle), 0, 6],
                         [0, 0, -2.5, 7], [0, 0, 0, 1]])
affine_rigid[:, 2] *= -1
bold = rng.normal(100, 10, (3, 4, 2, 5))
image("bold-f4", bold, "f4", gz=True)
image("bold-i2-scaled", bold, "i2", slope=(0.01, 3.0))
image("bold-f8-nifti2", bold, "f8", version=2, units=("mm", "msec"), step=1500.0)
image("bold-u2-big", np.round(bold), "u2", big=True)
image("bold-q", bold, "f4", code="qform")
image("bold-q-nifti2", bold, "f4", code="qform", version=2)
image("one-volume", bold[..., 0], "f4", units=("mm", "unknown"))
nib.Nifti1Image(mask, affine).to_filename(HERE / "mask.nii.gz")
nib.Nifti1Image(np.where(mask, 1.0, np.nan).astype("f4"), affine).to_filename(HERE / "mask-nan.nii")
moved = affine.copy()
moved[0, 3] += 1
nib.Nifti1Image(mask, moved).to_filename(HERE / "mask-moved.nii.gz")
nib.Nifti1Image(mask[:2], affine).to_filename(HERE / "mask-small.nii.gz")
nib.Nifti1Image(mask * 0, affine).to_filename(HERE / "mask-empty.nii.gz")
for suffix in ("q", "q-nifti2"):
    best = nib.load(HERE / f"bold-{suffix}.nii").affine
    nib.Nifti1Image(mask, best).to_filename(HERE / f"mask-{suffix}.nii.gz")
nib.Nifti1Image(np.zeros((3, 4, 2), "c8"), affine).to_filename(HERE / "complex.nii")
cifti = nib.cifti2.Cifti2Image(np.zeros((1, 2)), nib.cifti2.Cifti2Header.from_axes((
    nib.cifti2.ScalarAxis(["a"]), nib.cifti2.BrainModelAxis.from_mask(np.ones(2), "cortex_left"))))
cifti.to_filename(HERE / "grey.dscalar.nii")
(HERE / "renamed.nii").write_bytes((HERE / "grey.dscalar.nii").read_bytes())

# GIFTI
from nibabel.gifti import GiftiDataArray, GiftiImage  # noqa: E402

series = rng.normal(size=(3, 7)).astype("f4")
points = rng.normal(scale=40, size=(4, 3)).astype("f4")
faces = np.array([[0, 1, 2], [0, 2, 3], [1, 2, 3]], "i4")
for name, encoding in (("gzip", "GIFTI_ENCODING_B64GZ"), ("base64", "GIFTI_ENCODING_B64BIN"), ("ascii", "GIFTI_ENCODING_ASCII")):
    img = GiftiImage(darrays=[GiftiDataArray(row, "NIFTI_INTENT_TIME_SERIES", "NIFTI_TYPE_FLOAT32", encoding) for row in series])
    nib.save(img, HERE / f"{name}.func.gii")
    nib.save(GiftiImage(darrays=[
        GiftiDataArray(points, "NIFTI_INTENT_POINTSET", "NIFTI_TYPE_FLOAT32", encoding),
        GiftiDataArray(faces, "NIFTI_INTENT_TRIANGLE", "NIFTI_TYPE_INT32", encoding)]), HERE / f"{name}.surf.gii")
columns = GiftiDataArray(series.T.copy(), "NIFTI_INTENT_TIME_SERIES", "NIFTI_TYPE_FLOAT32", "GIFTI_ENCODING_B64BIN",
                         endian="big", ordering="F")
nib.save(GiftiImage(darrays=[columns]), HERE / "column-major-big.func.gii")
assert np.array_equal(nib.load(HERE / "column-major-big.func.gii").darrays[0].data, series.T)
golden["gifti"] = {"series": expected(series), "points": expected(points), "faces": expected(faces)}
golden["gifti"]["ascii"] = {
    "series": expected(np.stack([a.data for a in nib.load(HERE / "ascii.func.gii").darrays])),
    "points": expected(nib.load(HERE / "ascii.surf.gii").darrays[0].data)}

(HERE / "golden.json").write_text(json.dumps(golden) + "\n")
