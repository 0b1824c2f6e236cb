/// Starts the ranks of one host, watches them, and takes them down together. Nothing here knows
/// what the ranks compute, and nothing loads libtorch.
@NullMarked
package neox.train.agent;

import org.jspecify.annotations.NullMarked;
