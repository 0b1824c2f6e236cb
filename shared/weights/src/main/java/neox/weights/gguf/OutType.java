package neox.weights.gguf;

import java.util.Locale;
import neox.weights.Shape;

/// What most tensors of a file are stored as, under the names of llama.cpp's converter
/// (`--outtype`).
public enum OutType {
  F32(0, GgmlType.F32),
  F16(1, GgmlType.F16),
  BF16(32, GgmlType.BF16),
  Q8_0(7, GgmlType.Q8_0);

  private final int fileType;
  private final GgmlType type;

  OutType(int fileType, GgmlType type) {
    this.fileType = fileType;
    this.type = type;
  }

  /// The number in `general.file_type`.
  int fileType() {
    return fileType;
  }

  /// As an option names it: `q8_0`.
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The type of one tensor. As the converter does: vectors and norms stay in float32, for ggml
  /// adds and multiplies with these alone; a matrix whose rows do not fill blocks is stored as F16.
  GgmlType of(String name, Shape shape) {
    if (shape.rank() <= 1 || name.endsWith("_norm.weight")) {
      return GgmlType.F32;
    }
    return type.fits(shape.size(shape.rank() - 1)) ? type : GgmlType.F16;
  }
}
