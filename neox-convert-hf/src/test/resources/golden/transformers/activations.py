"""Records what neox_parallel says with other activations: see README.md. Usage: python activations.py DIRECTORY"""
import json
import pathlib
import sys

import torch
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

NAMES = ["gelu", "gelu_python", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh",
         "gelu_accurate", "relu", "silu", "swish", "mish"]
root = pathlib.Path(sys.argv[1])
tokens = torch.arange(24).mul(7).remainder(40)[None]
said = {}
for name in NAMES:
    config = GPTNeoXConfig.from_pretrained(root / "neox_parallel", hidden_act=name)
    model = GPTNeoXForCausalLM.from_pretrained(
        root / "neox_parallel", config=config, attn_implementation="eager", dtype=torch.float32).eval()
    with torch.no_grad():
        said[name] = [round(x, 6) for x in model(tokens).logits[0, -1].tolist()]
(root / "activations.json").write_text(
    json.dumps({"tokens": tokens[0].tolist(), "logits": said}).replace('], "', '],\n"') + "\n")
