/// Hugging Face models on their way into checkpoints of NeoX.
@NullMarked
package neox.converthf.fromhf;

import org.jspecify.annotations.NullMarked;
