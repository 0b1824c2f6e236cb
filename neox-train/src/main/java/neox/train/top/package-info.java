/// What running jobs do, read from the files that they write: `neox-train top`.
@NullMarked
package neox.train.top;

import org.jspecify.annotations.NullMarked;
