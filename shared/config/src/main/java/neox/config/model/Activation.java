package neox.config.model;

/// The non-linearity of the MLP (`activation`); gated ones multiply by a second projection.
public enum Activation {
  GELU,
  GEGLU,
  RELU,
  SOFTSIGN,
  SWISH,
  MISH,
  SILU,
  REGLU,
  SWIGLU,
  BILINEAR,
  GLU;

  /// True when the first MLP projection is split in halves and one half gates the other.
  public boolean gated() {
    return switch (this) {
      case GEGLU, REGLU, SWIGLU, BILINEAR, GLU -> true;
      case GELU, RELU, SOFTSIGN, SWISH, MISH, SILU -> false;
    };
  }
}
