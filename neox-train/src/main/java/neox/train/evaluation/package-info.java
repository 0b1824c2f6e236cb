/// The loss on samples that are not trained on.
@NullMarked
package neox.train.evaluation;

import org.jspecify.annotations.NullMarked;
