/// What CPython does where bytes depend on it: its text, its `repr` and JSON, its random numbers.
@NullMarked
package neox.python;

import org.jspecify.annotations.NullMarked;
