"""Records a checkpoint of torch.distributed.checkpoint by four processes over Gloo, and what torch
itself reads out of it.

    python make.py DIR    (torch 2.13)
"""

import hashlib
import os
import sys

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
import torch.multiprocessing as mp
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor

WORLD = 4


def full(shape, dtype, seed):
    generator = torch.Generator().manual_seed(seed)
    values = torch.randint(-100, 100, shape, generator=generator)
    if dtype == torch.bool:
        return values > 0
    if dtype == torch.uint8:
        return values.abs().to(dtype)
    return values.to(dtype) / 8 if dtype.is_floating_point else values.to(dtype)


def state(mesh):
    by_rows, by_columns = [Replicate(), Shard(0)], [Shard(1), Replicate()]
    same, both = [Replicate(), Replicate()], [Shard(1), Shard(0)]
    cases = {
        "rows": ((5, 3), torch.float32, by_rows),
        "columns": ((2, 4), torch.bfloat16, by_columns),
        "grid": ((5, 4), torch.float16, both),
        "cube": ((2, 3, 4), torch.float64, [Shard(2), Replicate()]),
        "same": ((3,), torch.int64, same),
        "empty_on_one": ((1, 2), torch.int32, by_rows),
        "int16": ((4,), torch.int16, same),
        "int8": ((4,), torch.int8, same),
        "uint8": ((4,), torch.uint8, same),
        "bool": ((4,), torch.bool, same),
    }
    model = {}
    for seed, (name, (shape, dtype, placements)) in enumerate(cases.items()):
        model[name] = distribute_tensor(full(shape, dtype, seed), mesh, placements, src_data_rank=None)
    model["scalar"] = torch.tensor(2.5)
    model["strided"] = full((3, 2), torch.float32, 77).t()
    model["float8"] = torch.tensor([1.0, 2.0]).to(torch.float8_e4m3fn)
    extra = {"step": 20, "rates": [0.1, 0.2], "seen": torch.tensor([7, 8])}
    return {"model": model, "train_state": extra}


def rank(number, directory):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29517")
    dist.init_process_group("gloo", rank=number, world_size=WORLD)
    mesh = init_device_mesh("cpu", (2, 2))
    saved = state(mesh)
    dcp.save(saved, checkpoint_id=os.path.join(directory, "four"))
    dist.barrier()
    dist.destroy_process_group()


def expected(directory):
    """Read back by one process, whole."""
    path = os.path.join(directory, "four")
    metadata = dcp.FileSystemReader(path).read_metadata()
    whole = {
        name: torch.empty(entry.size, dtype=entry.properties.dtype)
        for name, entry in metadata.state_dict_metadata.items()
        if hasattr(entry, "size")
    }
    dcp.load(whole, checkpoint_id=path, no_dist=True)
    with open(os.path.join(directory, "four.tsv"), "w") as out:
        for name, tensor in sorted(whole.items()):
            data = tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
            digest = hashlib.sha256(data).hexdigest()
            out.write(f"{name}\t{str(tensor.dtype)[6:]}\t{list(tensor.shape)}\t{digest}\n")


if __name__ == "__main__":
    os.chdir(sys.argv[1])  # the metadata names the directory as it was given
    mp.spawn(rank, (".",), nprocs=WORLD)
    expected(".")
