/// Rows of JSON in, the same rows with their answers out.
@NullMarked
package neox.generate.rows;

import org.jspecify.annotations.NullMarked;
