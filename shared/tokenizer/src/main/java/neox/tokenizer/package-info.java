/// Text to token ids and back.
@NullMarked
package neox.tokenizer;

import org.jspecify.annotations.NullMarked;
