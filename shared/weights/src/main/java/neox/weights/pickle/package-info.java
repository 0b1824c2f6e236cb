/// Torch's `.pt` files: a zip archive of raw storages and one pickle that names them.
///
/// Only this package knows pickle opcodes. Reading builds plain collections and records from a
/// closed list of classes; nothing in a file can run code.
@NullMarked
package neox.weights.pickle;

import org.jspecify.annotations.NullMarked;
