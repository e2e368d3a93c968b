"""The safetensors file that SafetensorsTest writes again, byte for byte.

    python checkpoint_fixtures.py OUT.safetensors
"""
import pathlib, sys
import numpy as np
from safetensors.numpy import save

tensors = {
    "b.weight": np.arange(6, dtype="f4").reshape(2, 3), "a.bias": np.array([1, -2], dtype="f4"),
    "flag": np.array([True, False, True]), "bytes": np.array([1, 2, 3], dtype="u1"), "ids": np.array([[7], [8]], dtype="i8"),
    "half": np.array([0.5, 2], dtype="f2"), "double": np.array(3.25), "i32": np.array([5], dtype="i4"),
    "i16": np.array([5], dtype="i2"), "i8": np.array([-5], dtype="i1"), "z\u00e9 \"q\"": np.zeros((0, 2), "f4"),
    "\uffee": np.zeros(1, "f4"), "\U0001f600/\\\x1f\x7f\n\u2028": np.ones(1, "f4")}
pathlib.Path(sys.argv[1]).write_bytes(save(tensors, metadata={"format": "pt"}))
