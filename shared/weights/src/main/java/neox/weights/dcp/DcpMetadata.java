package neox.weights.dcp;

import java.util.Map;
import java.util.Set;

/// What `.metadata` says of a checkpoint.
///
/// @param tensors by name, in the order of the file
/// @param objects names of pickled values that are no tensors, such as step counters; never read
record DcpMetadata(Map<String, StoredTensor> tensors, Set<String> objects) {}
