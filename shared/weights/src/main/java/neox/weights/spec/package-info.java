/// What a network consists of, as data: layers, their parts, their parameters, and how ranks share
/// them.
@NullMarked
package neox.weights.spec;

import org.jspecify.annotations.NullMarked;
