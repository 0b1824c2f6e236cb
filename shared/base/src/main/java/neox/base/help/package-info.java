/// The help of a command, laid out for a width.
@NullMarked
package neox.base.help;

import org.jspecify.annotations.NullMarked;
