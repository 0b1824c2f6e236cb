/// This process beside others, and the machine that it runs on: who started it, which files it has
/// for itself, how much its threads leave to others, its memory, the name of the host and its GPUs.
@NullMarked
package neox.base.process;

import org.jspecify.annotations.NullMarked;
