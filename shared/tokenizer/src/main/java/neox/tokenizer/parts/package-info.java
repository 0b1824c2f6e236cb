/// The parts of a `tokenizer.json` besides its model, each of which does what it does in
/// HuggingFace tokenizers or is refused by name: normalizers, pre-tokenizers, decoders, and what is
/// put around the tokens of a text.
@NullMarked
package neox.tokenizer.parts;

import org.jspecify.annotations.NullMarked;
