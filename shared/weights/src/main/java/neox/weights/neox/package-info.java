/// NeoX's checkpoints: which parameters there are, and in which files they lie. It holds more than
/// 30 files because the readers of DeepSpeed's optimizer go by the checkpoint's own tables, and the
/// other way round where ZeRO 3 keeps the weights.
@NullMarked
package neox.weights.neox;

import org.jspecify.annotations.NullMarked;
