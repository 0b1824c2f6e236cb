/// Checkpoints of `torch.distributed.checkpoint`, which torchtitan, OLMo-core and FSDP write: a
/// pickle that says where every piece of every tensor lies, and files of pieces.
@NullMarked
package neox.weights.dcp;

import org.jspecify.annotations.NullMarked;
