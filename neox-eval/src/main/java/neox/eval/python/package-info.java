/// What CPython does where scores depend on it: its random numbers, its strings, its JSON.
@NullMarked
package neox.eval.python;

import org.jspecify.annotations.NullMarked;
