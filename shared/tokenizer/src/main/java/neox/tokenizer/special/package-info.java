/// Tokens that stand for no text: which of them begin and end one.
@NullMarked
package neox.tokenizer.special;

import org.jspecify.annotations.NullMarked;
