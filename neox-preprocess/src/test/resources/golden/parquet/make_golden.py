"""Writes the same rows with several writers and settings; see README.md."""
import json
import random
import sys

import duckdb
import fastparquet
import pandas
import polars
import pyarrow
import pyarrow.parquet

out = sys.argv[1]
dice = random.Random(7)


def text():
    words = ["same text", "prefix/common/" + "x" * dice.randint(1, 9), 'a "quote" \\ \t', "é漢😀\n"]
    return " ".join(dice.choice(words) for _ in range(dice.randint(1, 4)))


rows = [
    {
        "text": text(),
        "title": dice.choice(["A", "B"]),
        "list": [text() for _ in range(dice.randint(1, 3))],
    }
    for _ in range(24)
]
with open(f"{out}/rows.jsonl", "w") as file:
    for row in rows:
        file.write(json.dumps(row) + "\n")

strings = pyarrow.list_(pyarrow.string())
table = pyarrow.table(
    {
        "n": range(len(rows)),
        "text": [row["text"] for row in rows],
        "meta": [{"a": 1, "b": "x"} for row in rows],
        "title": [row["title"] for row in rows],
        "list": pyarrow.array([row["list"] for row in rows], strings),
    }
)
small = dict(row_group_size=10, data_page_size=200)
for codec in ("none", "snappy", "gzip", "zstd", "lz4"):
    for version in ("1.0", "2.0"):
        pyarrow.parquet.write_table(
            table,
            f"{out}/pyarrow_{codec}_v{version[0]}.parquet",
            compression=codec,
            data_page_version=version,
            use_dictionary=version == "1.0",
            write_page_checksum=codec == "zstd",
            **small,
        )
for name in ("DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"):
    encodings = {"text": name, "title": name}
    pyarrow.parquet.write_table(
        table,
        f"{out}/pyarrow_{name.lower()}.parquet",
        use_dictionary=False,
        column_encoding=encodings,
        **small,
    )
pyarrow.parquet.write_table(table, f"{out}/other/brotli.parquet", compression="brotli")

frame = polars.DataFrame({name: table[name].to_pylist() for name in ("text", "title", "list")})
frame.write_parquet(f"{out}/polars.parquet", row_group_size=10)
columns = table.select(["text", "title", "list"])
duckdb.sql(f"copy columns to '{out}/duckdb.parquet' (format parquet, parquet_version v2)")

# fastparquet writes no lists of strings.
flat = pandas.DataFrame({k: pandas.Series(table[k].to_pylist(), dtype=object) for k in ("text", "title")})
fastparquet.write(f"{out}/other/fastparquet.parquet", flat, compression="SNAPPY", object_encoding="utf8")

holes = pyarrow.table(
    {
        "text": ["one", None, "three"],
        "list": pyarrow.array([["a", "b"], [], None], strings),
        "holed": pyarrow.array([["a"], [None, "b"], ["c"]], strings),
    }
)
pyarrow.parquet.write_table(holes, f"{out}/other/nulls.parquet")
