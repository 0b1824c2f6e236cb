/// The samples of a run as micro-batches of tensors.
@NullMarked
package neox.train.data;

import org.jspecify.annotations.NullMarked;
