"""Writes functions.jsonl.gz: what the helpers of lm-evaluation-harness make of documents.

usage: make_golden.py DATA (the folder with TASK/SPLIT.jsonl)
"""

import gzip
import importlib
import json
import math
import pathlib
import random
import sys
import types

import numpy as np

rouge = types.ModuleType("rouge_score")  # only the generative part of TruthfulQA needs it
rouge.rouge_scorer = rouge.scoring = None
sys.modules["rouge_score"] = rouge
from transformers.data.metrics import squad_metrics  # noqa: E402

DATA = pathlib.Path(sys.argv[1])
RNG = random.Random(11)
ODD = ["", " ", "  two  blanks ", "A 'quote' and \"more\" n't ( x ) [ y ] { z } , . ; : ! ?", "the An a The",
       "12.50 1,000 -7 1e3 nan inf 1_000", "İstanbul ǆ ß ÉCOLE naïve", "x\u00a0y\x1cz\u2003", "= = = Title = = = \n text \n",
       "`` said '' he", "well-known e - mail - box", "😀 ok", "s ' end", " @-@ @,@ @.@ ", "5 ° C N m"]


class Rows(list):
    """What of `datasets.Dataset` the helpers use."""

    def map(self, change):
        return Rows({**row, **change(json.loads(json.dumps(row)))} for row in self)


def documents(task, limit=4):
    rows = []
    for path in sorted((DATA / task).glob("*.jsonl")):
        rows += [json.loads(line) for line in path.open(encoding="utf-8")]
    return RNG.sample(rows, min(limit, len(rows)))


def odd(rows, *columns):
    """Copies of documents with odd texts in some columns."""
    copies = []
    for text in ODD:
        row = json.loads(json.dumps(RNG.choice(rows)))
        for column in columns:
            old = row[column]
            row[column] = [text + str(i) for i in range(len(old))] if isinstance(old, list) else text
        copies.append(row)
    return rows + copies


def module(name):
    return importlib.import_module("lm_eval.tasks." + name)


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.bool_):
        return bool(value)
    return value.item() if isinstance(value, np.generic) else value


lines = []


def record(name, function, rows, results=None):
    for row in rows:
        line = {"function": name, "doc": json.loads(json.dumps(row))}
        copy = json.loads(json.dumps(row))
        given = results(row) if results else None
        if given is not None:
            line["results"] = plain(given)
        try:
            if ".process_doc" in name:
                line["value"] = plain(function(Rows([copy]))[0])
            else:
                line["value"] = plain(function(copy, given) if given is not None else function(copy))
        except Exception as error:
            line["error"] = type(error).__name__
        lines.append(line)


def pairs(count):
    return [(-RNG.random() * 9, RNG.random() < 0.2) for _ in range(count)]


m = module("hellaswag.utils")
record("hellaswag/utils.process_docs", m.process_docs, odd(documents("hellaswag"), "ctx_b", "endings"))
m = module("winogrande.preprocess_winogrande")
rows = documents("winogrande") + [{"sentence": "a _ b_c ", "option1": "x", "option2": "y", "answer": "2"},
                                  {"sentence": "no gap", "option1": "x", "option2": "y", "answer": ""}]
for part in ("text", "target", "choice"):
    record(f"winogrande/preprocess_winogrande.doc_to_{part}", getattr(m, f"doc_to_{part}"), rows)
m = module("super_glue.wsc.preprocess_wsc")
record("wsc/preprocess_wsc.default_doc_to_text", m.default_doc_to_text, odd(documents("wsc"), "text"))
m = module("wsc273.utils")
rows = documents("wsc273", 12)
record("wsc273/utils.process_doc", m.process_doc, rows + [
    dict(rows[0], pronoun="His", options=["The boy and The man", "They"], text="x. His dog", pronoun_loc=3),
    dict(rows[0], pronoun="their", options=["My My", "the"], text="a  their", pronoun_loc=1),
    dict(rows[0], options=["", "a"])])
m = module("super_glue.copa.utils")
rows = odd(documents("copa"), "premise")
for part in ("text", "target", "choice"):
    record(f"copa/utils.doc_to_{part}", getattr(m, f"doc_to_{part}"), rows + [dict(rows[0], choice1="İx", label=1)])
m = module("race.preprocess_race")
rows = documents("race", 6)
for part in ("text", "target", "choice"):
    record(f"race/preprocess_race.doc_to_{part}", getattr(m, f"doc_to_{part}"), rows)
m = module("logiqa.utils_logiqa")
for part in ("text", "target"):
    record(f"logiqa/utils_logiqa.doc_to_{part}", getattr(m, f"doc_to_{part}"),
           odd(documents("logiqa", 3), "context")[:6] + [{"context": "c", "question": "q", "options": ["1", "2"], "label": " b\n"}])
m = module("mathqa.utils")
record("mathqa/utils.doc_to_choice", m.doc_to_choice, documents("mathqa", 6) + [
    {"options": o} for o in ["a ) 1 , b ) 2 , c ) 3 , d ) x , y , e ) none of these", "a ) rs . 400 , b ) 5 ,  , e )  , ", "no",
                             "a ) 1 , b ) 2 , e ) 3\n", "b ) a ) 3 , , e ) é ,"]])
m = module("pubmedqa.preprocess_pubmedqa")
record("pubmedqa/preprocess_pubmedqa.doc_to_text", m.doc_to_text, documents("pubmedqa", 3))
m = module("webqs.utils")
rows = documents("webqs", 3) + [{"answers": a} for a in [["b", "a", "ab", "abc", "B"], ["\uffff", "😀"], ["x", "x"], []]]
for part in ("target", "choice"):
    record(f"webqs/utils.doc_to_{part}", getattr(m, f"doc_to_{part}"), rows)
m = module("wikitext.preprocess_wikitext")
rows = [{"page": row["page"][:700]} for row in documents("wikitext", 2)] + [{"page": text} for text in ODD] + [
    {"page": "( a ) ( [ b ) ] \" c \" d ' e ' f ' { g } /' 7/ /' [0-9]/ = = = = H = = = = \n  i 's N "}]
record("wikitext/preprocess_wikitext.wikitext_detokenizer", m.wikitext_detokenizer, rows)
record("wikitext/preprocess_wikitext.process_results", m.process_results, rows, lambda row: [-12.5])
m = module("mutual.utils")
rows = odd(documents("mutual", 6), "article", "options")
record("mutual/utils.process_docs", m.process_docs, rows)
record("mutual/utils.process_results", m.process_results, rows * 2, lambda row: pairs(4))
m = module("coqa.utils")
rows = documents("coqa", 4)
record("coqa/utils.doc_to_text", m.doc_to_text, rows)
record("coqa/utils.doc_to_target", m.doc_to_target, rows)


def answer(texts):
    return [RNG.choice(texts + [" ".join(RNG.choice(texts + ODD).split()[:3]), RNG.choice(ODD)]) + RNG.choice(["", "\nQ", "."])]


record("coqa/utils.process_results", m.process_results, rows * 8, lambda row: answer(m.doc_to_target(row)))
m = module("drop.utils")
rows = documents("drop", 8)
record("drop/utils.process_docs", m.process_docs, rows)
spans = [["the 5 dogs", "cats"], ["1,000"], ["1_000"], ["May-June 2001"], [""], ["nan"], ["a"], ["x-y z", "x"], ["2 a 3"], ["..."]]
rows = [{"answers": [s]} for s in spans] + [{"answers": RNG.sample(spans, 3)} for _ in range(8)]
record("drop/utils.process_results", m.process_results, rows * 6,
       lambda row: answer([" ".join(s) for s in row["answers"]] + [s[-1] for s in row["answers"]]))
m = module("truthfulqa.utils")
rows = documents("truthfulqa", 6)
record("truthfulqa/utils.process_results_mc2", m.process_results_mc2,
       [{"mc2_targets": row["mc2_targets"]} for row in rows] +
       [{"mc2_targets": {"labels": [i % 3 == 0 and 1 or 0 for i in range(n)]}} for n in (1, 8, 9, 17, 140)],
       lambda row: pairs(len(row["mc2_targets"]["labels"])))
m = module("arithmetic.utils")
record("arithmetic/utils.process_docs", m.process_docs, odd(documents("arithmetic_2da", 3), "context"))

FIGURES = ["exact", "f1", "HasAns_exact", "HasAns_f1", "NoAns_exact", "NoAns_f1", "best_exact", "best_f1"]


def squad(count, answerable):
    examples, written, chances = [], {}, {}
    for i in range(count):
        texts = [] if RNG.random() > answerable else RNG.choices(["the Nile", "Nile river", "5 dogs", "a", "!"], k=RNG.randint(1, 3))
        examples.append(types.SimpleNamespace(qas_id=str(i), answers=[{"text": t} for t in texts]))
        written[str(i)] = RNG.choice(["", "Nile", "the nile river.", "unanswerable", "5 dogs", "5"])
        chances[str(i)] = math.exp(-RNG.random() * RNG.choice([1e-9, 5]))
    single = {k: float(np.float32(v)) for k, v in chances.items()}  # as `evaluate` keeps them
    figures = squad_metrics.squad_evaluate(examples, written, single)
    values = [[{"id": e.qas_id, "prediction_text": written[e.qas_id], "no_answer_probability": chances[e.qas_id]},
               {"id": e.qas_id, "answers": {"text": [a["text"] for a in e.answers], "answer_start": []}}] for e in examples]
    lines.append({"function": "squadv2/task", "values": values, "figures": {f: figures.get(f, 0) for f in FIGURES}})


for count, answerable in [(1, 0), (1, 1), (5, 1), (5, 0), (12, 0.5), (30, 0.6), (30, 0.4)]:
    squad(count, answerable)

path = pathlib.Path(__file__).parent / "functions.jsonl.gz"
with gzip.GzipFile(path, "wb", mtime=0) as out:
    for line in lines:
        out.write((json.dumps(line, ensure_ascii=False) + "\n").encode())
print(len(lines), "lines,", sum("error" in line for line in lines), "errors")
