package neox.config;

/// How documents become training samples (`pack_impl`).
public enum Packing {
  /// Documents laid end to end and cut every `seq_length` tokens.
  PACKED,
  /// One document a sample, padded or cut off.
  UNPACKED,
  /// As many whole documents a sample as fit, then padding.
  PACK_UNTIL_OVERFLOW
}
