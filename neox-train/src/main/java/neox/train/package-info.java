/// The training loop: optimizer, schedule, checkpoints, hooks.
@NullMarked
package neox.train;

import org.jspecify.annotations.NullMarked;
