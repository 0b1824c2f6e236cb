/// Models of SentencePiece: their files, and how a text becomes pieces.
@NullMarked
package neox.tokenizer.sentencepiece;

import org.jspecify.annotations.NullMarked;
