/// What task files call by `!function`: the helpers of the benchmarks, in Java. They get and give
/// the values of Python.
@NullMarked
package neox.evaluation.function;

import org.jspecify.annotations.NullMarked;
