"""Writes aggregations.jsonl: what the aggregations of lm-evaluation-harness make of the values of documents."""

import json
import os
import pathlib
import random

os.environ["DISABLE_MULTIPROC"] = "1"
import numpy as np  # noqa: E402
from lm_eval.api import metrics, registry  # noqa: E402

RNG = random.Random(5)
TEXTS = [
    "The cat sat on the mat.", "the cat is on the mat", "A dog, 3.5 metres long - says \"woof\"!", "", "Hi", "it's 1,000.50 (or so)",
    "x&amp;y &lt;b&gt; z-\nw", "Ünïcödé ½ 日本語 テスト。", "(hi) hello, wor-ld", "on the mat the cat sat quietly today", "a b c d e f g",
    "4-5 and 1990s-style", "<skipped>one two three four five", "! ? .", "naïve café 😀😀",
]


def near(text):
    words = text.split(" ")
    RNG.shuffle(words) if RNG.random() < 0.2 else None
    return " ".join(w for w in words if RNG.random() < 0.9)


def texts(count, references):
    pairs = []
    for _ in range(count):
        text = RNG.choice(TEXTS)
        right = text if references == 1 else [text] + [near(text) for _ in range(references - 1)]
        pairs.append([right, near(text) if RNG.random() < 0.8 else RNG.choice(TEXTS)])
    return pairs


def labels(count, kinds):
    return [(r, r if RNG.random() < 0.6 else RNG.choice(kinds)) for r in RNG.choices(kinds, k=count)]


def brier(count, choices):
    rows = []
    for _ in range(count):
        p = [RNG.random() for _ in range(choices)]
        rows.append((RNG.randrange(choices), [x / sum(p) for x in p]))
    return rows


cases = [("f1", labels(30, [0, 1])), ("f1", [(0, 0)] * 3), ("f1", [(1, 0), (0, 1)]), ("f1", labels(1, [0, 1])),
         ("matthews_corrcoef", labels(30, [0, 1])), ("matthews_corrcoef", labels(40, [0, 1, 2, 3])),
         ("matthews_corrcoef", [(1, 1)] * 4), ("brier_score", brier(12, 2)), ("brier_score", brier(25, 5)),
         ("mean", [0, 1, 1, True])]
for name in ("bleu", "chrf", "chrf++", "ter"):
    cases += [(name, texts(20, 1)), (name, texts(6, 3)), (name, texts(1, 1)), (name, [["a", ""], ["", "a"]]),
              (name, [["", ""]]), (name, [["the cat sat on the mat", "the cat sat on the mat"]]), (name, [["a b", "c d"]])]

long = [f"w{RNG.randrange(12)}" for _ in range(60)]
cases += [("ter", [[" ".join(long), " ".join(RNG.sample(long, 40))], ["a b c d e f g", "c d e A b f g"]]),
          ("ter", [[" ".join(long[:30]), " ".join(long[20:] + long[:20])]]), ("ter", [["a", " ".join(long)]]),
          ("ter", [[" ".join(long * 2), "w1 w2"]])]
for _ in range(25):
    words = RNG.choices("a b c d e f g h i j".split(), k=RNG.randint(3, 14))
    cut = RNG.randrange(len(words))
    cases.append(("ter", [[" ".join(words), near(" ".join(words[cut:] + words[:cut]))]]))

with open(pathlib.Path(__file__).parent / "aggregations.jsonl", "w", encoding="utf-8") as out:
    for name, values in cases:
        function = registry.get_aggregation(name)
        line = {"name": name, "values": values, "figure": float(function(values))}
        iterations = 100 if name in ("bleu", "chrf", "chrf++", "ter") else 300
        error = metrics.stderr_for_metric(function, iterations)
        if error and len(values) > 1:
            line["error"] = float(error(values))
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
