"""Optimizer state of a DeepSpeed checkpoint of GPT-NeoX (Pythia blocks), put together by torch.

Prints, for each parameter and slot: key, slot, shape, sum, sum weighted by 1 + i mod 97.
Shares no code with neox: see deepspeed-resume.sh.
"""
import collections
import glob
import pickle
import re
import sys
import types

import torch

MOMENTS = ("exp_avg", "exp_avg_sq")
SPLIT = {
    "attention.query_key_value.weight": 0,
    "attention.query_key_value.bias": 0,
    "attention.dense.weight": 1,
    "mlp.linear1.weight": 0,
    "mlp.linear1.bias": 0,
    "mlp.linear2.weight": 1,
    "word_embeddings.weight": 0,
    "final_linear.weight": 0,
}
ADDED_UP = ("attention.dense.bias", "mlp.linear2.bias")


class Opaque:
    def __init__(self, *arguments):
        pass

    def __setstate__(self, state):
        pass


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if module.startswith("deepspeed"):
            return type(name, (Opaque,), {})
        return super().find_class(module, name)


def load(path):
    module = types.ModuleType("pickle")
    module.Unpickler = Unpickler
    module.load = lambda file, **options: Unpickler(file, **options).load()
    return torch.load(path, map_location="cpu", weights_only=False, pickle_module=module)


def key(name):
    return re.sub("^sequential[.]", "", name)


def joined(name, slot, pieces):
    if len(pieces) == 1:
        return pieces[0]
    for ending, dim in SPLIT.items():
        if name.endswith(ending):
            return torch.cat(pieces, dim)
    total = sum(piece.double() for piece in pieces)
    adds = slot == "master" and name.endswith(ADDED_UP)
    return (total if adds else total / len(pieces)).float()


def partitioned(shapes, parts):
    """ZeRO and the bfloat16 optimizer: partitions of flat groups, or (ZeRO 3) of parameters."""
    found = collections.defaultdict(dict)
    zero3 = "fp32_flat_groups" in parts[0]
    base = "optimizer_state_dict" if zero3 else "base_optimizer_state"
    masters = "fp32_flat_groups" if zero3 else "single_partition_of_fp32_groups"
    for group, parameters in enumerate(shapes):
        flat = {"master": [part[masters][group] for part in parts]}
        for slot in MOMENTS:
            flat[slot] = [part[base]["state"][group][slot] for part in parts]
        offset = 0
        for name, shape in parameters.items():
            count = shape.numel()
            each = -(-count // len(parts)) if zero3 else count
            for slot, tensors in flat.items():
                if zero3:
                    whole = torch.cat([tensor[offset : offset + each] for tensor in tensors])[:count]
                else:
                    whole = torch.cat(tensors)[offset : offset + count]
                found[key(name)][slot] = whole.reshape(shape)
            offset += each
    return found


def replicated(directory, files):
    """No ZeRO: an entry of each model-parallel rank's state, numbered by parameter or by group."""
    tensor_ranks = len(glob.glob(directory + "/layer_00-*")) or 1
    names = []
    for file in sorted(glob.glob(directory + "/layer_*-model_00-model_states.pt")):
        layer = int(re.search(r"layer_(\d+)", file).group(1))
        names += [(f"{layer}.{name}", value.shape) for name, value in load(file).items()]
    if not names:
        names = [(key(name), value.shape) for name, value in load(files[0])["module"].items()]
    names = [entry for entry in names if "inv_freq" not in entry[0]]
    plain = [n for n in names if n[0].endswith(".bias") or "layernorm" in n[0] or ".norm." in n[0]]
    decaying = [n for n in names if n not in plain]
    pieces = collections.defaultdict(lambda: collections.defaultdict(list))
    for rank in range(tensor_ranks):
        left = [list(decaying), list(plain)]
        for file in files[rank::tensor_ranks]:
            optimizer = load(file)["optimizer"]
            flat = optimizer.get("fp32_groups_flat")
            state = optimizer["optimizer_state_dict"]["state"] if flat else optimizer["state"]
            for group in range(2):
                offset = 0
                for unit in [group] * len(left[group]) if flat else optimizer["param_groups"][group]["params"]:
                    name, shape = left[group].pop(0)
                    slots = {slot: state[unit][slot] for slot in MOMENTS}
                    if flat:
                        slots["master"] = flat[group]
                        count = shape.numel()
                        slots = {s: t[offset : offset + count].reshape(shape) for s, t in slots.items()}
                        offset += count
                    for slot, tensor in slots.items():
                        pieces[name][slot].append(tensor)
        assert left == [[], []], left
    return {
        name: {slot: joined(name, slot, tensors) for slot, tensors in slots.items()}
        for name, slots in pieces.items()
    }


def main(directory):
    files = sorted(glob.glob(directory + "/mp_rank_*_model_states.pt"))
    files = files or sorted(glob.glob(directory + "/zero_pp_rank_0_mp_rank_*_model_states.pt"))
    parts = [load(file)["optimizer_state_dict"] for file in sorted(glob.glob(directory + "/*optim_states.pt"))]
    found = partitioned(load(files[0])["param_shapes"], parts) if parts else replicated(directory, files)
    for name, slots in found.items():
        for slot, tensor in sorted(slots.items()):
            values = tensor.detach().double().flatten()
            weights = (torch.arange(values.numel()) % 97 + 1).double()
            shape = "x".join(map(str, tensor.shape))
            print(name, slot, shape, float(values.sum()), float((values * weights).sum()), sep="\t")


main(sys.argv[1])
