/// The safetensors format: a JSON header and raw bytes (huggingface/safetensors, format version 1).
@NullMarked
package neox.weights.safetensors;

import org.jspecify.annotations.NullMarked;
