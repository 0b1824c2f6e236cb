/// What is in a checkpoint, and how two differ.
@NullMarked
package neox.converthf.inspect;

import org.jspecify.annotations.NullMarked;
