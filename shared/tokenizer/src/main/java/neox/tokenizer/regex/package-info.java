/// Regular expressions as the files of tokenizers have them: the language of Oniguruma, as far as
/// its meaning is certain, matched in a bounded number of steps.
@NullMarked
package neox.tokenizer.regex;

import org.jspecify.annotations.NullMarked;
