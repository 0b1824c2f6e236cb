/// What task and group files say, as records.
@NullMarked
package neox.evaluation.config;

import org.jspecify.annotations.NullMarked;
