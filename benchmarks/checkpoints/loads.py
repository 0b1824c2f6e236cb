"""Does GPT-NeoX's loader take what we write? See checkpoints.sh.

Reads each file of ours as NeoX does (torch.load with weights_only, which is stricter) and compares it
with the recorded one in its place: file names, keys and their order, shapes, types, values, `args`,
and what DeepSpeed looks up at the top level. Biases that tensor-parallel ranks add up (a parallel
residual's) lie on the first rank in ours: their sums are compared.
"""
import os
import re
import sys

import torch

SUMMED = ("attention.dense.bias", "mlp.linear2.bias")
BUFFERS = re.compile(r"(rotary_emb\.inv_freq|alibi_embed\.slopes|position_embeddings\.inv_freq)$")
# Read by deepspeed.runtime.engine (0.16) and megatron/checkpointing.py.
LOOKED_UP = ("module", "optimizer", "lr_scheduler", "data_sampler", "random_ltd", "buffer_names",
             "sparse_tensor_module_names", "skipped_steps", "global_steps", "global_samples",
             "dp_world_size", "mp_world_size", "ds_config", "ds_version", "iteration", "args")


def weights(state, name):
    tensors = state if name.startswith("layer_") else state["module"]
    return {} if tensors is None else {k: v for k, v in tensors.items() if not BUFFERS.search(k)}


def compare(recorded, ours):
    problems = []
    names = sorted(n for n in os.listdir(recorded) if re.match(r"(layer|mp_rank)_.*\.pt$", n))
    mine = sorted(n for n in os.listdir(ours) if n.endswith(".pt"))
    if names != mine:
        problems.append(f"files {set(names) ^ set(mine)}")
    sums = {}
    for name in (n for n in names if n in mine):
        a = torch.load(os.path.join(recorded, name), weights_only=False)
        b = torch.load(os.path.join(ours, name), weights_only=True)
        if name.startswith("mp_rank"):
            problems += [f"{name}: no {k}" for k in LOOKED_UP if k not in b]
            for each in ("args", "iteration"):
                if a.get(each, b[each]) != b[each]:
                    problems.append(f"{name}: {each} {a[each]} {b[each]}")
        wa, wb = weights(a, name), weights(b, name)
        if list(wa) != list(wb):
            problems.append(f"{name}: keys {list(wa)} {list(wb)}")
        for key in (k for k in wa if k in wb):
            va, vb = wa[key], wb[key]
            if va.shape != vb.shape or va.dtype != vb.dtype:
                problems.append(f"{name}: {key} {vb.dtype}{list(vb.shape)}")
            elif not torch.equal(va, vb):
                place = re.sub(r"(model|mp_rank)[_-]\d+", r"\1", name) + key
                s = sums.setdefault(place, [key, 0, 0])
                s[1], s[2] = s[1] + va.double(), s[2] + vb.double()
    for place, (key, va, vb) in sums.items():
        summed = key.endswith(SUMMED) and torch.allclose(va, vb, rtol=0, atol=1e-6 * float(va.abs().max()))
        if not summed:
            problems.append(f"{place}: other values")
    return len(names), len(sums), problems


failed = 0
files = 0
checkpoints = 0
for line in open(sys.argv[1]):
    recorded, ours = line.rstrip("\n").split("\t")
    count, sums, problems = compare(recorded, ours)
    checkpoints += 1
    files += count
    failed += bool(problems)
    for problem in problems[:5]:
        print(f"{recorded}: {problem}")
print(f"{checkpoints} checkpoints written again, {files} files: {failed} differ from the recorded ones")
sys.exit(1 if failed else 0)
