/// Bringing finished directories to a store, whole or not at all.
@NullMarked
package neox.remote.push;

import org.jspecify.annotations.NullMarked;
