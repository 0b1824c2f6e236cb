/// From token files to the samples of a run: which documents, in which order, cut or packed how.
/// The files themselves are in `indexed`. It has more than 30 files because packings, their orders
/// and what belongs to samples share arrays that nothing else may see.
@NullMarked
package neox.data;

import org.jspecify.annotations.NullMarked;
