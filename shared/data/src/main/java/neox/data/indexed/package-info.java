/// The pair of files `.bin/.idx`: tokens and where their documents and sequences lie.
@NullMarked
package neox.data.indexed;

import org.jspecify.annotations.NullMarked;
