/// What a process owes to the one that started it.
@NullMarked
package neox.base.process;

import org.jspecify.annotations.NullMarked;
