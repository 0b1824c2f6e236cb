/// Bytes of text before any vocabulary: UTF-8, normal form C, classes of characters, words, and
/// tables of byte strings.
@NullMarked
package neox.tokenizer.text;

import org.jspecify.annotations.NullMarked;
