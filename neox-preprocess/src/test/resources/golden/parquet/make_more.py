"""Writes other/many.parquet, large enough to be interrupted in the middle; see README.md."""
import sys

import pyarrow
import pyarrow.parquet

texts = [f"row {i} " * (i % 60) for i in range(6000)]
titles = [str(i % 7) for i in range(6000)]
pyarrow.parquet.write_table(
    pyarrow.table({"text": texts, "title": titles}),
    f"{sys.argv[1]}/other/many.parquet",
    compression="zstd",
    compression_level=19,
    row_group_size=1500,
)
# Cells that are long beside a page of short ones.
long = ["one", "x" * 700_000, "y" * 599_000, "two", "x" * 700_000]
for name, size in (("long", 1 << 20), ("pages", 1)):
    pyarrow.parquet.write_table(
        pyarrow.table({"text": long}),
        f"{sys.argv[1]}/other/{name}.parquet",
        compression="brotli",
        use_dictionary=False,
        data_page_size=size,
        write_batch_size=1,
    )
