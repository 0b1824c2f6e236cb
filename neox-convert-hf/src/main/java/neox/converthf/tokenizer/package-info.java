/// The tokenizer of a run as the files by which transformers' AutoTokenizer opens it.
@NullMarked
package neox.converthf.tokenizer;

import org.jspecify.annotations.NullMarked;
