/// Who computes what, and who tells whom.
@NullMarked
package neox.parallel;

import org.jspecify.annotations.NullMarked;
