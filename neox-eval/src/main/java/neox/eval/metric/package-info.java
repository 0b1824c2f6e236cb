/// From one number per document to one number per task, and how sure we are of it.
@NullMarked
package neox.eval.metric;

import org.jspecify.annotations.NullMarked;
