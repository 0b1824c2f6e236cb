/// The rows of published data sets: from a folder, from what the hub's own tools have left on this
/// machine, or from the hub.
@NullMarked
package neox.datasets;

import org.jspecify.annotations.NullMarked;
