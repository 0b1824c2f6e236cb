/// How gradients change weights: gradient memory, rules, their state, and who keeps which part of
/// it.
///
/// It has more than 30 files because rules, slices and memory know each other's tensors, and nobody
/// else does.
@NullMarked
package neox.train.optimizer;

import org.jspecify.annotations.NullMarked;
