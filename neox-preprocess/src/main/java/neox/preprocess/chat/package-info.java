/// Conversations as tokens: the template of a tokenizer, and which tokens are learnt.
@NullMarked
package neox.preprocess.chat;

import org.jspecify.annotations.NullMarked;
