/// From the name of an input to chunks of its rows or documents: formats, archives, compression,
/// and which part of it is this run's.
@NullMarked
package neox.preprocess.input;

import org.jspecify.annotations.NullMarked;
