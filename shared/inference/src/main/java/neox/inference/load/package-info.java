/// Trained models, opened for inference.
@NullMarked
package neox.inference.load;

import org.jspecify.annotations.NullMarked;
