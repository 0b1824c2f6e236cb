/// Hugging Face's directories of GPTNeoX models: their names, configuration and files.
@NullMarked
package neox.weights.hf;

import org.jspecify.annotations.NullMarked;
