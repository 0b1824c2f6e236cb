/// Benchmark tasks and how a model is scored on them, as lm-evaluation-harness 0.4 does.
@NullMarked
package neox.evaluation;

import org.jspecify.annotations.NullMarked;
