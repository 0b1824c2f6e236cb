"""Makes the small .pt files of this folder; see README.md."""
import argparse
import collections
import os
import torch
import numpy

base = torch.arange(12, dtype=torch.float32)
torch.save(
    {
        "tensors": collections.OrderedDict(
            [("row", base[4:8]), ("matrix", base.view(3, 4))]
        ),
        "transposed": base.view(3, 4).t(),
        "columns": base.view(3, 4)[:, 1:3],
        "scalar": torch.tensor(2.5),
        "empty": torch.empty(0, 3),
        "bf16": torch.tensor([1.0, -2.5, 3.25], dtype=torch.bfloat16),
        "fp16": torch.tensor([1.0, -2.5], dtype=torch.float16),
        "fp64": torch.tensor([0.1], dtype=torch.float64),
        "int64": torch.tensor([-1, 1 << 40]),
        "int32": torch.tensor([-7], dtype=torch.int32),
        "uint8": torch.tensor([255, 0], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "values": [None, True, False, 0, 255, 65535, -1, 1 << 40, -(1 << 62), 1 << 70, 0.5, "ä€😀"],
        "tuples": ((), (1,), (1, "b"), (1, 2, 3), (1, 2, 3, 4)),
        "set": {"x"},
        "bytes": b"\x00\xff",
        7: "integer key",
        "size": torch.Size([2, 3]),
        "dtype": torch.float32,
        "namespace": argparse.Namespace(lr=0.1),
        "array": numpy.array([[1, 2], [3, 4]], dtype=numpy.uint32),
        "numpy_scalar": numpy.float64(1.5),
    },
    "values.pt",
)


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/pickle-ran-code",)


torch.save({"weight": torch.ones(1), "evil": Evil()}, "evil.pt")
torch.save({"weight": torch.ones(2)}, "legacy.pt", _use_new_zipfile_serialization=False)
for protocol in (3, 4, 5):
    torch.save(
        {"weight": torch.ones(2), "bytes": b"ab", "set": {1, 2}, "array": numpy.arange(3)},
        f"protocol{protocol}.pt",
        pickle_protocol=protocol,
    )
