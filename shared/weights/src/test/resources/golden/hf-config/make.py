"""Records what transformers makes of the rotary settings of a config.json: see README.md."""
import json
import sys
import warnings

import transformers
from transformers import AutoConfig

warnings.simplefilter("ignore")
transformers.logging.set_verbosity_error()

BASE = {
    "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4,
    "intermediate_size": 128, "max_position_embeddings": 64, "vocab_size": 64,
}
SETTINGS = [
    {},
    {"rotary_pct": 0.5, "rotary_emb_base": 500},
    {"rotary_pct": 0.5},
    {"rotary_emb_base": 500},
    {"rope_theta": 500},
    {"rope_theta": 500.0},
    {"partial_rotary_factor": 0.5},
    {"partial_rotary_factor": 0.5, "rotary_pct": 0.25},
    {"rotary_pct": 0.25, "rotary_emb_base": 10000, "rope_theta": 500},
    {"rope_parameters": None, "rope_scaling": None, "rope_theta": 700},
    {"rope_parameters": {"rope_type": "default", "rope_theta": 500}},
    {"rope_parameters": {"rope_theta": 500, "partial_rotary_factor": 0.5, "rope_type": "default"}},
    {"rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.5}},
    {"rope_parameters": {"rope_type": "default"}, "rope_theta": 500},
    {"rope_parameters": {"rope_type": "default"}, "rotary_emb_base": 500, "rotary_pct": 1.0},
    {"rope_parameters": {"rope_theta": 500, "rope_type": "default"}, "rope_theta": 700},
    {"rope_parameters": {"rope_theta": 500, "rope_type": "default"}, "rotary_emb_base": 700},
    {"rope_scaling": {"type": "default", "rope_theta": 500}},
    {"rope_scaling": {"rope_type": "default", "rope_theta": 500},
     "rope_parameters": {"rope_type": "default", "rope_theta": 700}},
    {"rope_scaling": {}, "rope_parameters": {"rope_type": "default", "rope_theta": 700}},
    {"rope_scaling": {"type": "linear", "factor": 2.0}},
    {"rope_scaling": {"type": "dynamic", "factor": 2.0}},
    {"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000}},
]


def record(family, settings):
    path = "/tmp/hfrec/config.json"
    with open(path, "w") as out:
        json.dump({**BASE, "model_type": family, **settings}, out)
    try:
        rope = AutoConfig.from_pretrained("/tmp/hfrec").rope_parameters
    except Exception as e:  # noqa: BLE001
        return {"error": type(e).__name__}
    return {
        "type": rope["rope_type"],
        "theta": rope["rope_theta"],
        # Llama and Mistral rotate whole heads, whatever this says.
        "fraction": rope.get("partial_rotary_factor", 1.0),
    }


rows = [
    {"family": family, "settings": settings, "transformers": record(family, settings)}
    for family in ("gpt_neox", "llama", "mistral")
    for settings in SETTINGS
]
with open(sys.argv[1], "w") as out:
    for row in rows:
        out.write(json.dumps(row) + "\n")
print(transformers.__version__, len(rows))
