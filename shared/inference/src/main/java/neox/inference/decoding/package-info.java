/// Reads texts row by row, and remembers what it has read.
@NullMarked
package neox.inference.decoding;

import org.jspecify.annotations.NullMarked;
