/// Reads columns of text from Parquet files.
@NullMarked
package neox.preprocess.parquet;

import org.jspecify.annotations.NullMarked;
