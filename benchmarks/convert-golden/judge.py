"""Judges converted checkpoints with torch and transformers: judge.py WORK GOLDEN. See convert-golden.sh.

Knows of NeoX's files what GPT-NeoX does with them, and shares nothing with the converter.
"""
import glob
import json
import os
import re
import sys
import warnings

import numpy as np
import torch

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")
import transformers  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

transformers.logging.set_verbosity_error()
torch.set_num_threads(1)
TOLERANCE = 1e-4
# NeoX's converter left its output of these; the numbers of its logits have the same names.
RECORDED = {
    "train+A_pythia@20": "A_pythia", "train+A_pythia@0": "A_pythia_step0", "train+D_mp2@20": "D_mp2",
    "train+A0_pythia_nopipe@20": "A0_nopipe", "train+C_llama@20": "C_llama",
}
work, golden = sys.argv[1:]


def ranks(checkpoint):
    """Per tensor-parallel rank: NeoX's key with its layer index -> tensor."""
    layers = sorted(glob.glob(f"{checkpoint}/layer_*-model_*-model_states.pt"))
    if layers:
        found = {}
        for file in layers:
            layer, rank = map(int, re.search(r"layer_(\d+)-model_(\d+)", file).groups())
            for key, value in torch.load(file, map_location="cpu", weights_only=False).items():
                found.setdefault(rank, {})[f"{layer}.{key}"] = value
        return [found[rank] for rank in sorted(found)]
    shards = []
    for file in sorted(glob.glob(f"{checkpoint}/mp_rank_*_model_states.pt")):
        module = torch.load(file, map_location="cpu", weights_only=False)["module"]
        shards.append({key.removeprefix("sequential."): value for key, value in module.items()})
    return shards


def merged(key, pieces, config):
    """The whole of a parameter, of the pieces of tensor-parallel ranks."""
    if len(pieces) == 1:
        return pieces[0]
    if re.search(r"(dense|linear2)\.bias$", key):
        return sum(pieces[1:], pieces[0].clone()) if config.get("use_parallel_residual") else pieces[0]
    if re.search(r"(dense|linear2)\.weight$", key):
        return torch.cat(pieces, 1)
    if "query_key_value" in key and config.get("num_key_value_heads", 0) not in (0, config["num_attention_heads"]):
        heads, kv = config["num_attention_heads"], config["num_key_value_heads"]
        width = config["hidden_size"] // heads
        parts = [p.split([heads * width // len(pieces)] + [kv * width // len(pieces)] * 2) for p in pieces]
        return torch.cat([torch.cat(part) for part in zip(*parts)])
    if "linear1" in key and config["model_type"] != "gpt_neox":
        halves = [p.chunk(2) for p in pieces]
        return torch.cat([torch.cat(half) for half in zip(*halves)])
    if re.search(r"(query_key_value|linear1|word_embeddings|final_linear)\.", key):
        return torch.cat(pieces)
    assert all(torch.equal(pieces[0], p) for p in pieces), key
    return pieces[0]


def expected(checkpoint, config):
    """The tensors that transformers is to find."""
    shards = ranks(checkpoint)
    layers, tensors = config["num_hidden_layers"], {}
    neox = config["model_type"] == "gpt_neox"
    base = "gpt_neox" if neox else "model"
    for key in shards[0]:
        if key.endswith(("inv_freq", "attention.bias", "masked_bias")):
            continue
        value = merged(key, [shard[key] for shard in shards], config)
        layer, rest = key.split(".", 1)
        layer = int(layer)
        rest = rest.replace(".scale", ".weight")
        if layer == 0:
            tensors[base + (".embed_in.weight" if neox else ".embed_tokens.weight")] = value
        elif layer == layers + 3:
            tensors[base + (".final_layer_norm." if neox else ".norm.") + rest.split(".")[-1]] = value
        elif layer == layers + 4:
            tensors["embed_out.weight" if neox else "lm_head.weight"] = value
        else:
            name = f"{base}.layers.{layer - 2}."
            if neox:
                rest = rest.replace("linear1", "dense_h_to_4h").replace("linear2", "dense_4h_to_h")
                tensors[name + rest] = value
            elif "query_key_value" in rest:
                heads = config["num_attention_heads"]
                kv, width = config["num_key_value_heads"], config["head_dim"]
                if kv == heads:  # each head's q, k and v lie together
                    parts = value.view(heads, 3, width, *value.shape[1:]).unbind(1)
                    parts = [part.reshape(heads * width, *value.shape[1:]) for part in parts]
                else:
                    parts = value.split([heads * width, kv * width, kv * width])
                for letter, part in zip("qkv", parts):
                    tensors[f"{name}self_attn.{letter}_proj.{rest.split('.')[-1]}"] = part
            elif "linear1" in rest:
                up, gate = value.chunk(2)
                tensors[f"{name}mlp.up_proj.{rest.split('.')[-1]}"] = up
                tensors[f"{name}mlp.gate_proj.{rest.split('.')[-1]}"] = gate
            else:
                rest = rest.replace("attention.dense", "self_attn.o_proj").replace("mlp.linear2", "mlp.down_proj")
                tensors[name + rest] = value
    return tensors


def differing(wanted, found, ulp):
    """How many tensors are not the same; with `ulp`, sums may differ by one unit in the last place."""
    if wanted.keys() != found.keys():
        return len(wanted.keys() ^ found.keys())
    count = 0
    for name, value in wanted.items():
        if value.dtype != found[name].dtype or value.shape != found[name].shape:
            count += 1
        elif not torch.equal(value, found[name]):
            near = np.nextafter(value.float().numpy(), np.inf) - value.float().numpy()
            off = (value.float() - found[name].float()).abs().numpy()
            count += not (ulp and name.endswith("bias") and bool((off <= near).all()))
    return count


def zero3(checkpoint):
    """Whether the weights are in the partitions of ZeRO 3, which are not put together here."""
    return not glob.glob(f"{checkpoint}/layer_*") and not glob.glob(f"{checkpoint}/mp_rank_*")


def judge(name, checkpoint):
    directory = f"{work}/hf/{name}"
    config = json.load(open(f"{directory}/config.json"))
    found = {}
    for file in glob.glob(f"{directory}/*.safetensors"):
        found |= load_file(file)
    # With ZeRO 3 the run began with the weights of the run without it, and ended near them.
    source = checkpoint.replace("Z3_dp2", "Z0_dp2") if zero3(checkpoint) and name.endswith("@0") else checkpoint
    wrong = 0 if zero3(source) else differing(expected(source, config), found, True)
    recorded = RECORDED.get(name)
    if recorded:
        theirs = load_file(f"{golden}/hf/{recorded}/model.safetensors")
        ours = {key: value.float() for key, value in found.items()}
        wrong += differing({key: value.float() for key, value in theirs.items()}, ours, True)
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
    tokens = torch.from_numpy(np.load(f"{golden}/hf/input_tokens.npy"))
    with torch.no_grad():
        logits = model(tokens).logits
        ids = tokens[0, :16].tolist()
        for _ in range(40):
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
    ours = torch.from_numpy(np.fromfile(f"{work}/{name}.logits", "<f4").reshape(logits.shape).copy())
    worst = float((logits - ours).abs().max())
    if recorded:
        theirs = torch.from_numpy(np.load(f"{golden}/hf/{recorded}.logits.npy"))
        worst = max(worst, float((logits - theirs).abs().max()), float((ours - theirs).abs().max()))
    greedy = ids[16:] == json.load(open(f"{work}/{name}.greedy"))
    text = "The quick\tbrown fox — Ā\n"
    tokenizer = AutoTokenizer.from_pretrained(directory)
    spelled = tokenizer(text)["input_ids"] == list(text.encode())
    fine = wrong == 0 and worst <= TOLERANCE and greedy and spelled
    print(f"{'ok ' if fine else 'BAD'} {name}: {config['architectures'][0]}, {len(found)} tensors, {wrong} differ;"
          f" logits within {worst:.1e}; greedy {'equal' if greedy else 'DIFFERENT'};"
          f" tokenizer {'equal' if spelled else 'DIFFERENT'}" + (" (recorded)" if recorded else "") + (" (tensors not judged)" if zero3(source) else ""))
    return fine


lines = [line.rstrip("\n").split("\t") for line in open(f"{work}/converted.tsv")]
fine = sum(judge(name, checkpoint) for name, checkpoint, _ in lines)
print(f"{fine} of {len(lines)} conversions are right")
sys.exit(0 if fine == len(lines) else 1)
