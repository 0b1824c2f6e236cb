"""Writes the files of this folder; run beside ../evalrows with pyarrow 25.0.1 and datasets 5.0.1."""
import json
import pathlib
import shutil

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
from datasets.arrow_writer import ArrowWriter

here = pathlib.Path(__file__).parent
table = pq.read_table(here.parent / "evalrows" / "snappy.parquet")


def stream(name, table, batch=3, **options):
    with pa.ipc.new_stream(here / name, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as out:
        for part in table.to_batches(max_chunksize=batch):
            out.write_batch(part)


stream("stream.arrow", table)
with pa.ipc.new_file(here / "file.arrow", table.schema) as out:
    out.write_table(table, max_chunksize=4)
stream("compressed.arrow", table, compression="zstd")
stream("bytes.arrow", pa.table({"image": pa.array([b"\x00\xff"])}))
stream("dictionary.arrow", pa.table({"word": pa.array(["a", "b", "a"]).dictionary_encode()}))

kinds = pa.table({
    "i8": pa.array([-128, None, 127], pa.int8()),
    "u8": pa.array([0, 255, None], pa.uint8()),
    "i16": pa.array([-32768, 1, 32767], pa.int16()),
    "u16": pa.array([0, 1, 65535], pa.uint16()),
    "u32": pa.array([0, 1, 4294967295], pa.uint32()),
    "u64": pa.array([0, 1, 18446744073709551615], pa.uint64()),
    "f16": pa.array([0.5, None, -2.0], pa.float16()),
    "large": pa.array(["", "é🦦", None], pa.large_string()),
    "lists": pa.array([[1], None, []], pa.large_list(pa.int32())),
    "pair": pa.array([[1, 2], [3, 4], None], pa.list_(pa.int64(), 2)),
    "nothing": pa.nulls(3),
    "when": pa.array([0, 1500, None], pa.timestamp("ms")),
    "moment": pa.array([0, -1, None], pa.timestamp("us", tz="UTC")),
    "far": pa.array([{"a": {"b": [None, True]}}, {"a": None}, None]),
})
stream("kinds.arrow", kinds, batch=2)
whens = ["1970-01-01T00:00", "1970-01-01T00:00:01.500", None]  # as Java writes times
moments = ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", None]
with open(here / "kinds.jsonl", "w") as out:
    for row, when, moment in zip(kinds.to_pylist(), whens, moments):
        half = None if row["f16"] is None else float(row["f16"])
        out.write(json.dumps(row | {"f16": half, "when": when, "moment": moment}, ensure_ascii=False) + "\n")

# What `datasets` itself writes into its cache.
cache = here / "cache" / "alice___tiny_words" / "default" / "0.0.0" / "abc123"
shutil.rmtree(here / "cache", ignore_errors=True)
cache.mkdir(parents=True)
rows = [{"text": f"row {i}", "label": i, "answers": {"text": [str(i)], "start": [i]}} for i in range(5)]
features = datasets.Features({
    "text": datasets.Value("string"),
    "label": datasets.Value("int64"),
    "answers": {"text": datasets.List(datasets.Value("string")), "start": datasets.List(datasets.Value("int32"))},
})
for name, part in [("tiny_words-train-00000-of-00002", rows[:3]), ("tiny_words-train-00001-of-00002", rows[3:]),
                   ("tiny_words-test", rows[:1])]:
    with ArrowWriter(features=features, path=str(cache / f"{name}.arrow"), writer_batch_size=2) as writer:
        for row in part:
            writer.write(row)
        writer.finalize()
info = {"dataset_name": "tiny_words", "config_name": "default", "splits": {
    "train": {"name": "train", "num_examples": 5, "shard_lengths": [3, 2]},
    "test": {"name": "test", "num_examples": 1}}}
(cache / "dataset_info.json").write_text(json.dumps(info))
