/// From one number per document to one number per task, and how sure we are of it.
@NullMarked
package neox.evaluation.metric;

import org.jspecify.annotations.NullMarked;
