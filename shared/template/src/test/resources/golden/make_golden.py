"""Renders the templates of chat.jsonl and harness.jsonl again and writes what came out."""

import copy
import datetime
import json
import pathlib
import re

import jinja2
from transformers.utils import chat_template_utils


class FixedTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime(2024, 7, 3, 9, 5, 6)


chat_template_utils.datetime = FixedTime
harness = jinja2.Environment(
    undefined=jinja2.StrictUndefined, keep_trailing_newline=True
)
harness.filters["regex_replace"] = lambda s, pattern, repl, count=0: re.sub(
    pattern, repl, s, count=count
)
compilers = {
    "chat": chat_template_utils._cached_compile_jinja_template,
    "harness": harness.from_string,
}

for name, compiled in compilers.items():
    path = pathlib.Path(__file__).with_name(name + ".jsonl")
    doc, lines = {}, []
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        row = json.loads(line)
        if "doc" in row:
            doc = row["doc"]
        else:
            row = {"template": row["template"]}
            try:
                row["expected"] = compiled(row["template"]).render(**copy.deepcopy(doc))
            except Exception as e:
                row["error"] = f"{type(e).__name__}: {e}"
        lines.append(json.dumps(row, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
