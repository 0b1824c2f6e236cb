"""Makes a small tokenizer, and what GPT-NeoX's chat tool makes of chat.jsonl with it."""

import json
import pathlib

import tokenizers
from tokenizers import decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer

HERE = pathlib.Path(__file__).parent
TEMPLATE = """{%- if messages[0]['role'] == 'system' %}
    {%- set rest = messages[1:] %}
    {{- bos_token + '<<' + messages[0]['content'] | trim + '>>\\n' }}
{%- else %}
    {%- set rest = messages %}
    {{- bos_token }}
{%- endif %}
{%- for m in rest %}
    {{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""


def make_tokenizer():
    bpe = tokenizers.Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.post_processor = processors.ByteLevel()
    bpe.train_from_iterator(
        [(HERE / "chat.jsonl").read_text(encoding="utf-8")],
        trainers.BpeTrainer(
            vocab_size=400,
            special_tokens=["<|endoftext|>", "<s>", "<|im_start|>", "<|im_end|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    (HERE / "tokenizer").mkdir(exist_ok=True)
    bpe.save(str(HERE / "tokenizer/tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": {"__type": "AddedToken", "content": "<|endoftext|>"},
        "chat_template": [
            {"name": "other", "template": "never"},
            {"name": "default", "template": TEMPLATE},
        ],
    }
    (HERE / "tokenizer/tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")


def encode(tokenizer, chat, **options):
    text = tokenizer.apply_chat_template(chat, tokenize=False, **options)
    return tokenizer.encode(text, add_special_tokens=False)


def build(tokenizer, chat, learnt):
    """The rules of preprocess_data_with_chat_template.py."""
    eos = tokenizer.eos_token_id
    if learnt == "all":
        return encode(tokenizer, chat), None
    if learnt == "end":
        tokens = encode(tokenizer, chat)
        return tokens + [eos, eos], [-100] * (len(tokens) + 1) + [eos]
    tokens, labels = [], []
    for i, turn in enumerate(chat):
        answer = i + 1 < len(chat) and chat[i + 1]["role"] == "assistant"
        new = encode(tokenizer, chat[: i + 1], add_generation_prompt=answer)[len(tokens) :]
        tokens += new
        masked = turn["role"] != "assistant" or (learnt == "last" and i + 1 < len(chat))
        labels += [-100] * len(new) if masked else new
    return tokens + [eos], labels + [eos if labels[-1] != -100 else -100]


make_tokenizer()
tokenizer = AutoTokenizer.from_pretrained(HERE / "tokenizer")
rows = [json.loads(line) for line in (HERE / "chat.jsonl").read_text().splitlines()]
expected = {}
for learnt in ("answers", "last", "end", "all"):
    pairs = [build(tokenizer, row["conversation"], learnt) for row in rows]
    expected[learnt] = {"text": [p[0] for p in pairs], "label": [p[1] for p in pairs]}
lines = [f'"{k}": {json.dumps(v)}' for k, v in expected.items()]
(HERE / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
