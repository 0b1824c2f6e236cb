/// NeoX's checkpoints: which parameters there are, and in which files they lie.
@NullMarked
package neox.weights.neox;

import org.jspecify.annotations.NullMarked;
