/// Pushes a directory to the hub.
@NullMarked
package neox.upload;

import org.jspecify.annotations.NullMarked;
