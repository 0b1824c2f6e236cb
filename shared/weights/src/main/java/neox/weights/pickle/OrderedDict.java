package neox.weights.pickle;

import java.util.Map;

/// Asks [TorchFileWriter] to write a map as `collections.OrderedDict`, as torch does for a
/// `state_dict`. Reading gives a plain map, ordered too.
public record OrderedDict(Map<String, ?> entries) {}
