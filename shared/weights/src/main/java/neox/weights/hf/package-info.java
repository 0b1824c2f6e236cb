/// Hugging Face's model directories: their families, configuration, tensors and files.
@NullMarked
package neox.weights.hf;

import org.jspecify.annotations.NullMarked;
