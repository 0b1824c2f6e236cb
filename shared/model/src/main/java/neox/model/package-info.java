/// The network as in the paper.
///
/// It has more than 30 files because the parts of a network know each other, and nobody else does.
@NullMarked
package neox.model;

import org.jspecify.annotations.NullMarked;
