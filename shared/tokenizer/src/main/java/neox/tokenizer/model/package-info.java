/// The models of a `tokenizer.json`: the word that a pre-tokenizer cuts becomes tokens.
@NullMarked
package neox.tokenizer.model;

import org.jspecify.annotations.NullMarked;
