/// Task files in, scores as JSON out.
@NullMarked
package neox.eval;

import org.jspecify.annotations.NullMarked;
