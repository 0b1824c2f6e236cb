/// What a terminal is, how wide it is, and what is fit to be shown on one.
@NullMarked
package neox.base.terminal;

import org.jspecify.annotations.NullMarked;
