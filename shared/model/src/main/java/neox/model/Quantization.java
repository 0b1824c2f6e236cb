package neox.model;

/// In what form a network for inference holds the matrices of its projections.
public enum Quantization {
  /// As they were trained.
  NONE,
  /// As whole numbers of 8 bits with a scale for each row; all else is computed as without. Fast:
  /// decoding reads a quarter of the bytes of float32.
  INT8,
  /// As LLM.int8 does (arXiv:2208.07339): activations, too, are whole numbers of 8 bits, but for
  /// the outliers among them. The head stays as it is.
  LLM_INT8
}
