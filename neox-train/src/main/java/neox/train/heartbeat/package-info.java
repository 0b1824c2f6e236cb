/// What a rank tells the agent of its host while it works: that it is alive, what it does, and how
/// far it has come.
@NullMarked
package neox.train.heartbeat;

import org.jspecify.annotations.NullMarked;
