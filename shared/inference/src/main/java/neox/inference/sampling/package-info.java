/// How tokens are chosen from what a model says: filters, draws, log-probabilities.
@NullMarked
package neox.inference.sampling;

import org.jspecify.annotations.NullMarked;
