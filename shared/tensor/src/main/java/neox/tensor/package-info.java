/// Tensor scopes, devices, random state, memory-mapped tensors: the thin, honest layer over
/// Bytedeco.
@NullMarked
package neox.tensor;

import org.jspecify.annotations.NullMarked;
