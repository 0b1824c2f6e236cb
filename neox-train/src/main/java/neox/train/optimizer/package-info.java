/// How gradients change weights: gradient memory, rules, their state, and who keeps which part of
/// it.
@NullMarked
package neox.train.optimizer;

import org.jspecify.annotations.NullMarked;
