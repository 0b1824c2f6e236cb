/// One optimizer step, and the loop around it.
@NullMarked
package neox.train.loop;

import org.jspecify.annotations.NullMarked;
