/// Networks as stages of a pipeline: the one way through a network for training, evaluation and
/// inference.
@NullMarked
package neox.model.stage;

import org.jspecify.annotations.NullMarked;
