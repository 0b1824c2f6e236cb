/// What training minimizes: the only room that knows a loss.
@NullMarked
package neox.train.objective;

import org.jspecify.annotations.NullMarked;
