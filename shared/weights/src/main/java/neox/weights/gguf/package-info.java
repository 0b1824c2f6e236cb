/// GGUF, the format of llama.cpp (ggml-org/ggml, docs/gguf.md, version 3): metadata with types,
/// descriptions of tensors, their bytes. Names, row orders and vocabularies are those that
/// llama.cpp's own converter writes.
@NullMarked
package neox.weights.gguf;

import org.jspecify.annotations.NullMarked;
