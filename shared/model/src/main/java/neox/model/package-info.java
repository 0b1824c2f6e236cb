/// The network as in the paper.
@NullMarked
package neox.model;

import org.jspecify.annotations.NullMarked;
