"""Writes answers.jsonl: what lm-evaluation-harness makes of what the filters leave of one document's responses."""

import json
import pathlib
import tempfile
import warnings

from lm_eval.api.metrics import bleu, chrf, ter
from lm_eval.api.task import ConfigurableTask

warnings.simplefilter("ignore")


def task(first):
    data = tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False)
    data.write(json.dumps({"target": first}) + "\n")
    data.close()
    return ConfigurableTask(config={
        "task": "t", "dataset_path": "json", "dataset_kwargs": {"data_files": {"test": data.name}}, "test_split": "test",
        "doc_to_text": "", "doc_to_target": "target", "metric_list": [{"metric": "exact_match"}]})


ONE, MANY = task("a"), task(["a"])
IGNORE_CASE = {"ignore_case": True}
COMMAS = {"regexes_to_ignore": [","]}
NO_REGEX = {"regexes_to_ignore": []}
SINGLE = [  # target, what is left, keywords
    ("4", ["4", "4", "5", "4"], {}), ("4", ["4"], {}), ("4", ["5"], {}), (4, ["4"], {}), (4, [4], {}),
    ("4", [["4"], ["4"]], {}), ("4", [["4", "5"], ["4"]], {}), (["a", "b"], ["a", "c"], {}), (["a", "b"], ["a"], {}),
    (["a", "b"], ["a", "b", "c"], {}), (["a"], "['a']", {}), ("4", ["4", "5"], COMMAS), ("4", ["4"], COMMAS),
    ("4", "4,", COMMAS), ("4", ["4", "5"], NO_REGEX), ("4", ["4", "5"], {**NO_REGEX, **IGNORE_CASE}),
    ("A", ["a", "B"], IGNORE_CASE), ("A", ["a!", "B"], {**IGNORE_CASE, "ignore_punctuation": True}), ("a", ["a1", "b"], {"ignore_numbers": True}),
    (4, ["a"], IGNORE_CASE), ("4", [None], {}), ("4", None, {}), ("4", ["4", None], {}), ("4", [1, None], {}),
    ("4", ["4", 5], {}), ("5", ["4", 5], {}), ("5", 5, {}), ("x", 5, {}), (" +5 ", 5, {}), ("1_0", 10, {}), (1.7, 1, {}),
    (True, 1, {}), ("5.0", 5.0, {}), ("1e1", 10.0, {}), (True, 1.0, {}), ("x", True, {}), ("", True, {}), ([5], 5, {}),
    (None, "None", {}), (5, "5", {}), (5, "6", {}), ("a", {"a": 1}, {}), ("a\0", ["a", "b"], {}),
]
SEVERAL = [
    ([1, 2], "1", {}), ([1, "2"], "1", {}), ([1, 2], 1, {}), ([1.0, 2], 1, {}), ([True, "a"], "True", {}),
    ([None, "a"], "a", {}), ([None, 1], "1", {}), ([1.5, "a"], "1.5", {}), ([1e22, "a"], "1e+22", {}), ([], "a", {}),
    ([], "a", IGNORE_CASE), ([], "a", COMMAS), ([1, 2], "1", IGNORE_CASE), ([1, 2], "1", COMMAS), ([1, "2"], "1", IGNORE_CASE),
    (["a", "b"], ["b"], {}), (["a", "b"], ["b", "a"], {}), (["a", "b"], ["a", "c"], {}), (["a", "b"], ["a", "b", "c"], {}),
    (["a"], ["x", "a", "c"], {}), ([1, 2], ["a", "b", "c"], {}), ([1, 2], [1], {}), ("ab", "b", {}), (5, "b", {}),
    (["a", "b"], "a", NO_REGEX), (["a", "a"], "a", NO_REGEX), ([["a", "b"], ["c"]], "a", {}), ([["a", "b"], ["a", "c"]], "a", {}),
    ([True, False], True, {}), ([True, False], "True", {}), ([1, 0], True, {}), (["İ", 1], "i̇", IGNORE_CASE),
    (["İ", "a"], "i̇", IGNORE_CASE), (["İ", "a"], "i", IGNORE_CASE), (["a\0", "b"], "a", {}), ([None, "a\0"], "a", {}),
]
CORPORA = [
    [["a b c d e", ["a b c d f"]], ["x y z", ["x y"]]], [["a b c d e", ["a b c d f", "x"]]], [[5, ["a b c d f"]]],
    [[["a b c d e"], ["a b c d f"]]], [["a b c d e", []]],
]


def figure(make):
    try:
        made = make()
        return {"value": float(made)}
    except Exception as e:  # whatever the harness dies of
        return {"error": type(e).__name__}


with open(pathlib.Path(__file__).parent / "answers.jsonl", "w", encoding="utf-8") as out:
    for t, several, cases in ((ONE, False, SINGLE), (MANY, True, SEVERAL)):
        for target, left, keywords in cases:
            t._metric_fn_kwargs["exact_match"] = keywords
            row = {"several": several, "target": target, "left": left, "keywords": keywords}
            row |= figure(lambda: t.process_results({"target": target}, [left])["exact_match"])
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    for name, aggregation in (("bleu", bleu), ("chrf", chrf), ("ter", ter)):
        for pairs in CORPORA:
            row = {"aggregation": name, "pairs": pairs} | figure(lambda: aggregation(pairs))
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
