"""Compares what TensorBoard reads of a run's event files with its metrics.jsonl."""
import json
import math
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorboard
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

events, metrics = sys.argv[1:]
accumulator = EventAccumulator(events, size_guidance={"scalars": 0, "histograms": 0, "tensors": 0})
accumulator.Reload()
tags = accumulator.Tags()
failures = []


def check(what, holds):
    print(("ok      " if holds else "FAILED  ") + what)
    if not holds:
        failures.append(what)


rows = {}
for line in open(metrics):
    row = json.loads(line)
    for name, value in row.items():
        if "step" in row and name != "step":
            rows.setdefault(name, {})[row["step"]] = float(value)

names = set(tags["scalars"])
check(f"{len(rows)} names of scalars, the same in both files", names == set(rows))
points = 0
for name in sorted(names & set(rows)):
    read = {event.step: event.value for event in accumulator.Scalars(name)}
    points += len(read)
    same = read.keys() == rows[name].keys() and all(
        math.isclose(read[step], rows[name][step], rel_tol=2e-7, abs_tol=1e-38) for step in read
    )
    if not same:
        check(f"{name}: steps and values: {read} {rows[name]}", False)
check(f"{points} points, with their steps, once each, in float32", not failures)
losses = [event.step for event in accumulator.Scalars("train/lm_loss")]
check("steps 1 to 20 of train/lm_loss, though steps 9 to 12 were taken twice", losses == list(range(1, 21)))

exact = """train/lm_loss train/learning_rate train/grad_norm validation/lm_loss validation/lm_loss_ppl
runtime/samples_per_sec runtime/iteration_time runtime/steps_per_sec runtime/tokens_per_sec
runtime/flops_per_sec_per_gpu timers/forward timers/backward timers/backward-backward
timers/backward-allreduce timers/optimizer""".split() + ["timers/batch generator"]
check("NeoX's names: " + ", ".join(exact), names >= set(exact))
for kind in "gradient_norms pct_grad_zeros parameter_norms optimizer_state_norms".split():
    count = sum(name.startswith(kind + "/") for name in names)
    check(f"{kind}/… of {count} tensors", count > 0)

histograms = tags["histograms"]
sizes = {}
for name in histograms:
    for event in accumulator.Histograms(name):
        value = event.histogram_value
        key = name.split("/", 1)[1]
        norm = rows[("gradient_norms/" if name.startswith("gradients/") else "parameter_norms/") + key]
        sizes.setdefault(key, set()).add(value.num)
        if not (
            math.isclose(sum(value.bucket), value.num)
            and value.min <= value.max
            and len(value.bucket) == len(value.bucket_limit)
            and math.isclose(math.sqrt(value.sum_squares), norm[event.step], rel_tol=1e-4)
        ):
            check(f"{name} at step {event.step}", False)
check(
    f"{len(histograms)} histograms at steps 10 and 20: counts add up, roots of squares are the norms",
    len(histograms) > 0
    and all([e.step for e in accumulator.Histograms(n)] == [10, 20] for n in histograms)
    and all(len(size) == 1 for size in sizes.values()),
)

texts = [tag for tag in tags["tensors"] if tag.endswith("/text_summary")]
read = {tag: accumulator.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in texts}
check("the configuration as a text", "num_layers: 4" in read.get("configuration/text_summary", ""))
check(f"{len(texts) - 1} arguments as texts, hidden_size among them", read.get("hidden_size/text_summary") == "128")

content = accumulator.summary_metadata
plugin = {tag: plugin_data_pb2.HParamsPluginData.FromString(data.plugin_data.content)
          for tag, data in content.items() if data.plugin_data.plugin_name == "hparams"}
start = plugin["_hparams_/session_start_info"].session_start_info
experiment = plugin["_hparams_/experiment"].experiment
end = plugin["_hparams_/session_end_info"].session_end_info
check(f"{len(start.hparams)} hyperparameters, optimizer.params.lr {start.hparams['optimizer.params.lr'].number_value}",
      start.hparams["optimizer.params.lr"].number_value == 0.002)
check("their types: " + ", ".join(f"{i.name} {i.type}" for i in experiment.hparam_infos if i.name in ("seq_length", "rotary_pct", "tokenizer_type", "no_weight_tying")),
      len(experiment.hparam_infos) == len(start.hparams))
check("the metrics that they are compared by: " + ", ".join(m.name.tag for m in experiment.metric_infos),
      {m.name.tag for m in experiment.metric_infos} >= {"train/lm_loss", "validation/lm_loss"})
check("the run has ended well", end.status == 1)

from tensorboard.backend.event_processing import plugin_event_multiplexer
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups
from tensorboard.plugins import base_plugin
from tensorboard.context import RequestContext

multiplexer = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(os.path.dirname(os.path.abspath(events)))
multiplexer.Reload()
context = backend_context.Context(base_plugin.TBContext(
    data_provider=MultiplexerDataProvider(multiplexer, events), logdir=events))
found = context.experiment_from_metadata(
    RequestContext(), "1", True, context.hparams_metadata(RequestContext(), "1"), [])
request = api_pb2.ListSessionGroupsRequest(
    start_index=0, slice_size=10, allowed_statuses=[0, 1, 2, 3],
    col_params=[api_pb2.ColParams(metric=m.name) for m in found.metric_infos])
handler = list_session_groups.Handler(RequestContext(), context, "1", request)
groups = handler.run().session_groups
shown = {value.name.tag: value.value for group in groups for value in group.metric_values}
check(f"TensorBoard's own table: {len(groups)} run with " + ", ".join(f"{k} {v:.4f}" for k, v in sorted(shown.items())),
      len(groups) >= 1 and math.isclose(shown.get("train/lm_loss", 0), rows["train/lm_loss"][20], rel_tol=1e-6))

print(f"TensorBoard {tensorboard.__version__}: {len(failures)} failures")
sys.exit(1 if failures else 0)
