package neox.converthf;

/// The element type of the converted weights.
enum OutputPrecision {
  /// That of the checkpoint.
  AUTO,
  FP16,
  BF16,
  FP32
}
