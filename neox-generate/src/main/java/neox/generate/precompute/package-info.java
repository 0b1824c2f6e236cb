/// What a model says of the texts of preference data, written before training.
@NullMarked
package neox.generate.precompute;

import org.jspecify.annotations.NullMarked;
