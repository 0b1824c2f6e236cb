/// Named tensors on disk: formats, layouts, names, resharding; bytes only.
@NullMarked
package neox.weights;

import org.jspecify.annotations.NullMarked;
