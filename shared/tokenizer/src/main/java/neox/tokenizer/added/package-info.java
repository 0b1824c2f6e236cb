/// Tokens that are written out in a text and cut out of it before it falls into words, such as
/// `<|endoftext|>`.
@NullMarked
package neox.tokenizer.added;

import org.jspecify.annotations.NullMarked;
