/// Fill in the middle (arXiv:2207.14255).
@NullMarked
package neox.data.fim;

import org.jspecify.annotations.NullMarked;
