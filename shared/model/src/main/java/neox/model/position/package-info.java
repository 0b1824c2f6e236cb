/// Where tokens stand, and what that does to a network.
@NullMarked
package neox.model.position;

import org.jspecify.annotations.NullMarked;
