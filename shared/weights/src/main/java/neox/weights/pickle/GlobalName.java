package neox.weights.pickle;

/// An allowed Python name that a pickle mentions, such as `torch.float32`.
public record GlobalName(String name) {}
