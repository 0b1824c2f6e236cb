/// Learns a byte-level BPE vocabulary from text (arXiv:1508.07909).
@NullMarked
package neox.tokenizer.training;

import org.jspecify.annotations.NullMarked;
