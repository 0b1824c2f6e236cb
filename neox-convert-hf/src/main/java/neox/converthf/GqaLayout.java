package neox.converthf;

/// In which order a checkpoint has the rows of query_key_value where queries share heads of keys.
/// Nothing in the files tells.
enum GqaLayout {
  /// All q, then all k, then all v of a tensor-parallel rank: GPT-NeoX since November 2024 (#1315),
  /// and neox-train.
  SECTIONS,
  /// For each query head its q and its share of k and v: GPT-NeoX from February 2024 until then.
  HEADS
}
