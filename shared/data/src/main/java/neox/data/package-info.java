/// Reads and writes `.bin/.idx`, and answers "which tokens are sample *i*".
@NullMarked
package neox.data;

import org.jspecify.annotations.NullMarked;
