/// Configuration files as a table of typed keys: reading YAML, merging, checking, reporting.
@NullMarked
package neox.config.table;

import org.jspecify.annotations.NullMarked;
