/// Products with matrices as inference needs them: few rows, weights in narrow types, memory read
/// once.
@NullMarked
package neox.tensor.kernel;

import org.jspecify.annotations.NullMarked;
