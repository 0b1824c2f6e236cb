/// A person types prompts and reads answers on a terminal.
@NullMarked
package neox.generate.interactive;

import org.jspecify.annotations.NullMarked;
