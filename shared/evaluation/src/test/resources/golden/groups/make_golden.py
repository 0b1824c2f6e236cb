"""Writes cases.json: figures of tasks, groups over them, and what lm-evaluation-harness 0.4.13 makes of both."""
import json
import pathlib
import random
import sys
import types

from lm_eval.api.group import AggMetricConfig, Group
from lm_eval.api.task import Task
from lm_eval.evaluator_utils import EvalAcc, aggregate_groups
from lm_eval.utils import make_table


class Writer:
    """Takes the cells that pytablewriter would be given."""

    def dumps(self):
        return [[str(cell) for cell in row] for row in [self.headers, *self.value_matrix]]


sys.modules["pytablewriter"] = types.SimpleNamespace(MarkdownTableWriter=Writer, LatexTableWriter=Writer)


class Named(Task):
    def __init__(self, name):
        self.name = name

    @property
    def task_name(self):
        return self.name


Named.__abstractmethods__ = frozenset()


def tasks(rnd, names, metrics):
    made = {}
    for name in names:
        n = rnd.randint(2, 40)
        figures = {}
        for metric, filters, error in metrics:
            for filter in filters:
                figures[f"{metric},{filter}"] = rnd.random()
                figures[f"{metric}_stderr,{filter}"] = rnd.random() / 10 if error else "N/A"
        made[name] = {
            "alias": name.replace("_", " ") if rnd.random() < 0.5 else name,
            "version": rnd.choice([1.0, 2.5, 0]),
            "documents": n,
            "shots": rnd.choice([0, 0, 5]),
            "directions": {metric: metric != "perplexity" for metric, _, _ in metrics},
            "figures": figures,
        }
    return made


def case(name, tasks, groups):
    """groups: (name, alias, members, [(metric, filters, weight_by_size)], metadata), members before groups that hold them"""
    made = {}
    for group, alias, members, figures, metadata in groups:
        made[group] = Group(group, alias, [AggMetricConfig(m, f, "mean", w) for m, f, w in figures] or None, metadata)
        for member in members:
            made[group].add(made[member] if member in made else Named(member))
    order = [group for group, *_ in reversed(groups)]
    acc = EvalAcc()
    acc.groups = {group: made[group] for group in order}
    for task, t in tasks.items():
        acc.metrics[task] = {"name": task, "alias": t["alias"], "sample_len": t["documents"], **t["figures"]}
        acc.versions[task] = t["version"]
        acc.num_fewshot[task] = t["shots"]
        acc.higher_is_better[task] = t["directions"]
    results = aggregate_groups(acc)._to_eval_results()
    by_name = {group: (alias, members, figures, metadata) for group, alias, members, figures, metadata in groups}
    return {
        "name": name,
        "tasks": tasks,
        "groups": [
            {"name": group, "alias": by_name[group][0], "members": by_name[group][1],
             "figures": [{"metric": m, "filters": f, "weight_by_size": w} for m, f, w in by_name[group][2]],
             "version": str(by_name[group][3]["version"]) if by_name[group][3] else None}
            for group in order],
        "expected": {
            **{key: results.get(key) for key in
               ["results", "groups", "group_subtasks", "versions", "n-shot", "higher_is_better"]},
            "tables": [make_table(results)] + ([make_table(results, "groups")] if "groups" in results else []),
        },
    }


rnd = random.Random(7)
acc = [("acc", ["none"], True)]
cases = [
    case("two levels", tasks(rnd, ["m_a", "m_b", "m_c", "alone"], acc + [("acc_norm", ["none"], True)]), [
        ("m_stem", "stem", ["m_b", "m_a"], [("acc", None, True)], {"version": 2.0}),
        ("m_other", None, ["m_c"], [("acc", ["none"], True)], {"version": 2.0}),
        ("m", "Everything", ["m_stem", "m_other"], [("acc", None, True)], {"version": 2.0})]),
    case("means of tasks", tasks(rnd, ["x1", "x2", "x3"], acc), [
        ("x", None, ["x3", "x1", "x2"], [("acc", ["none"], False)], None)]),
    case("filters", tasks(rnd, ["g1", "g2"], [("exact_match", ["strict", "flexible"], True)]), [
        ("g", None, ["g1", "g2"], [("exact_match", None, True)], {"version": 1})]),
    case("no errors", tasks(rnd, ["p1", "p2"], [("perplexity", ["none"], False)]) | tasks(rnd, ["p3"], acc), [
        ("p", None, ["p1", "p2", "p3"], [("perplexity", None, True), ("acc", None, False), ("f1", None, True)], None)]),
    case("a heading", tasks(rnd, ["h1", "h2"], acc), [
        ("inner", None, ["h1"], [], None),
        ("h", "Heading", ["inner", "h2"], [], {"version": "draft"})]),
    case("nothing but tasks", tasks(rnd, ["b", "a"], acc), []),
]
pathlib.Path(sys.argv[1]).write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
