/// Where metrics go: console, JSONL, TensorBoard.
@NullMarked
package neox.monitor;

import org.jspecify.annotations.NullMarked;
