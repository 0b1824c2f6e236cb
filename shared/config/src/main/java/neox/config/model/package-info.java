/// The architecture of a network as a configuration describes it.
@NullMarked
package neox.config.model;

import org.jspecify.annotations.NullMarked;
