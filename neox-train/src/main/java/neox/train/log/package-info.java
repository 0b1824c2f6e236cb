/// What a run says while it goes on.
@NullMarked
package neox.train.log;

import org.jspecify.annotations.NullMarked;
