/// Groups of ranks that exchange tensors.
@NullMarked
package neox.parallel.comm;

import org.jspecify.annotations.NullMarked;
