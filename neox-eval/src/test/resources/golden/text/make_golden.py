"""Records exact_match and the parsing of --gen_kwargs of lm-evaluation-harness: see the README."""

import json
import pathlib
import random
import sys
import types

sys.modules["sacrebleu"] = types.ModuleType("sacrebleu")  # a package that nothing here needs

from lm_eval._cli.utils import key_val_to_dict
from lm_eval.api.metrics import exact_match_hf_evaluate

PIECES = [
    "a", "A", "b", "Ab", "The ", "the ", " ", "\n", ".", ",", "$", "1", "12", "3.5", "-", "é", "É", "ß",
    "Σ", "σ", "ς", "１", "،", "#### ", "\0", "\t", "_", "'", "“", "x\u0301", "İ", "İİ",
]
REGEXES = [[","], ["\\$"], ["(?s).*#### "], ["\\.$"], [",", "\\$", "(?s).*#### ", "\\.$"], ["\\b(?:The |the |A )"],
           ["\\s+"], ["\\d"], ["\\W"], ["^a"], ["a*"], ["[^a-z]"], [], []]
ARGUMENTS = [
    "a=1,h=", "a=1,", ",a=1", "a=1,,b=2", "max_gen_toks=32", "a=-1", "a=1.0", "a=1e3", "a=.5", "a=5.", "a=007",
    "a=1_000", "a=True,b=false,c=TRUE", "a=None,b=none", "a='x'", 'a="1"', "a=x=y", " a =1", "a= 1", "a= x ",
    'stop=["a","b"]', "until=['\\n\\n', 'Q:'],max_gen_toks=5", "a=(1, 2)", "a={'k': 1}", "a=[1,[2,3]],b=4",
    "a=0x10", "a=inf", "a=-inf", "a=12abc", "a=[1", "a='x", "a=٣", "a='it''s'", "a=[]", "a={}", "a=1,a=2",
    "a=+5", "a=1.5e-3", "temperature=0.0,do_sample=False", "a=\"x,y\"", "a=b c", "x", "=1", "a", "", "a=[True, None]",
    "a=-0", "a=\\n", "a='\\n'", "a=(1,)", "a=-2.5", "a=[-1, 'x', 2.0]", "a=\"it's\"",
]


def text(r):
    return "".join(r.choice(PIECES) for _ in range(r.randint(0, 5)))


def comparison(r):
    generated = text(r)
    references = [
        r.choice([generated, generated.upper(), generated + ".", generated + "1", text(r)])
        for _ in range(r.randint(1, 3))
    ]
    options = {}
    if r.random() < 0.5:
        options["regexes_to_ignore"] = r.choice(REGEXES)
    for option in ("ignore_case", "ignore_punctuation", "ignore_numbers"):
        if r.random() < 0.4:
            options[option] = True
    score = exact_match_hf_evaluate([generated] * len(references), references, **options)
    return {
        "generated": generated,
        "references": references,
        "options": options,
        "score": float(score["exact_match"]),
    }


def argument(given):
    try:
        value = key_val_to_dict(given)
        return {"given": given, "parsed": {k: repr(v) for k, v in value.items()}}
    except ValueError as e:
        return {"given": given, "error": str(e)}


r = random.Random(17)
here = pathlib.Path(__file__).parent
for name, rows in {
    "exact_match.jsonl": [comparison(r) for _ in range(400)],
    "arguments.jsonl": [argument(a) for a in ARGUMENTS],
}.items():
    lines = "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows)
    (here / name).write_text(lines)
