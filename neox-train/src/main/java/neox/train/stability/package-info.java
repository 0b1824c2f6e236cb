/// Whether a step's gradients may change the weights: the loss scale of float16, and which steps
/// are skipped. Numbers in, verdicts out; no tensor is seen here.
@NullMarked
package neox.train.stability;

import org.jspecify.annotations.NullMarked;
