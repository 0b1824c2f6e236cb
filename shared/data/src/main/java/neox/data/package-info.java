/// From token files to the samples of a run: which documents, in which order, cut or packed how.
/// The files themselves are in `indexed`.
@NullMarked
package neox.data;

import org.jspecify.annotations.NullMarked;
