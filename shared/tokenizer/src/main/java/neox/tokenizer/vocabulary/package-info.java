/// Tokens with their ids, and the merges that make longer ones of them.
@NullMarked
package neox.tokenizer.vocabulary;

import org.jspecify.annotations.NullMarked;
