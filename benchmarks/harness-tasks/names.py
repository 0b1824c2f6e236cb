"""Writes the harness's own names of tasks, groups and tags to files in a folder."""
import pathlib
import sys
import time

from lm_eval.tasks import TaskManager

out = pathlib.Path(sys.argv[1])
started = time.time()
manager = TaskManager()
print(f"the harness reads its files in {time.time() - started:.1f} s")
tags = [
    " ".join([name, *sorted(manager.task_index[name].tags)]) for name in manager.all_tags
]
for kind, names in [
    ("tasks", manager.all_subtasks),
    ("groups", manager.all_groups),
    ("tags", tags),
]:
    (out / kind).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
