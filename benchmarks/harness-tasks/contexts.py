"""Has the harness build the requests of its tasks over made-up documents.

contexts.py TEMPLATES OUT: TEMPLATES has a line for each template with a document that it can be
written with. For every kind of task without functions OUT/data/TASK/SPLIT.jsonl gets documents,
and OUT/requests.jsonl what the harness asks, without examples and with two.
"""
import json
import logging
import os
import pathlib
import sys

os.environ["TQDM_DISABLE"] = "1"

import datasets
from lm_eval.api.task import ConfigurableTask
from lm_eval.tasks import TaskManager
from lm_eval.tasks._yaml_loader import load_yaml

logging.disable(logging.CRITICAL)
datasets.disable_progress_bars()
PARTS = ["doc_to_text", "doc_to_target", "doc_to_choice", "description", "gen_prefix"]
SPLITS = ["training_split", "validation_split", "test_split", "fewshot_split"]


class Skipped(Exception):
    pass


def document(config, known):
    """A document that all parts of a task can be written with."""
    doc = {}
    for part in PARTS:
        template = config.get(part)
        if not isinstance(template, str) or not template:
            continue
        if template in known:
            for key, value in known[template].items():
                if doc.setdefault(key, value) != value:
                    raise Skipped("two templates want different documents")
        elif "{" in template:
            raise Skipped("no document for a template")
    for part, value in [
        ("doc_to_choice", ["first", "second", "third"]),
        ("doc_to_target", 1 if config.get("doc_to_choice") else "an answer"),
        ("doc_to_text", "a question"),
    ]:
        template = config.get(part)
        if isinstance(template, str) and template.isidentifier() and template not in known:
            doc.setdefault(template, value)
    return doc


def requests(config, splits, shots):
    data = {name: datasets.Dataset.from_list(docs) for name, docs in splits.items()}
    task = ConfigurableTask(config={**config, "custom_dataset": lambda **_: data})
    task.config.num_fewshot = shots if task.config.num_fewshot != 0 else 0
    task.set_fewshot_seed(1234)
    task.build_all_requests(limit=2, rank=0, world_size=1)
    return [[instance.doc_id, *instance.args] for instance in task.instances]


def main(templates, out):
    known = {}
    for line in open(templates, encoding="utf-8"):
        row = json.loads(line)
        if "doc" in row:
            known[row["template"]] = row["doc"]
    seen = set()
    counts = {}
    with open(out / "requests.jsonl", "w", encoding="utf-8") as written:
        for name, entry in sorted(TaskManager().task_index.items()):
            if entry.yaml_path is None or entry.kind.name != "TASK":
                continue
            config = load_yaml(entry.yaml_path, resolve_func=False)
            text = entry.yaml_path.read_text(encoding="utf-8")
            kind = json.dumps(
                {k: v for k, v in config.items() if k not in ("task", "task_alias", "tag", "dataset_path", "dataset_name", "dataset_kwargs", "metadata", "description")},
                default=str, sort_keys=True,
            )
            if kind in seen or ".py" in kind or "utils" in kind or "!function" in text:
                continue
            seen.add(kind)
            try:
                doc = document(config, known)
                names = {config[s] for s in SPLITS if config.get(s)}
                splits = {s: [{**doc, "__id": i} for i in range(5)] for s in names}
                for key in ("tag", "group", "task_list"):
                    config.pop(key, None)
                rows = [(shots, requests(dict(config), splits, shots)) for shots in (0, 2)]
            except Exception as e:
                reason = f"{type(e).__name__}: {str(e)[:40]}"
                counts[reason] = counts.get(reason, 0) + 1
                continue
            folder = out / "data" / name
            folder.mkdir(parents=True)
            for split, docs in splits.items():
                lines = [json.dumps(d, ensure_ascii=False) + "\n" for d in docs]
                (folder / f"{split}.jsonl").write_text("".join(lines), encoding="utf-8")
            for shots, asked in rows:
                row = {"task": name, "shots": shots, "requests": asked}
                written.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
            counts["recorded"] = counts.get("recorded", 0) + 1
    for reason, count in sorted(counts.items(), key=lambda c: -c[1])[:12]:
        print(f"  {count:5d}  {reason}")


main(sys.argv[1], pathlib.Path(sys.argv[2]))
