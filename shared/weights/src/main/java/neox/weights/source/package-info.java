/// Named tensors of any file or directory of files, under the names that they have there.
@NullMarked
package neox.weights.source;

import org.jspecify.annotations.NullMarked;
