/// Takes finished checkpoints to a store while the run goes on.
@NullMarked
package neox.train.push;

import org.jspecify.annotations.NullMarked;
