/// Prompt in, text out.
@NullMarked
package neox.generate;

import org.jspecify.annotations.NullMarked;
