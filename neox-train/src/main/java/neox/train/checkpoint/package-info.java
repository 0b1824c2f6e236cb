/// Where a run stands, and how that is saved and found again.
@NullMarked
package neox.train.checkpoint;

import org.jspecify.annotations.NullMarked;
