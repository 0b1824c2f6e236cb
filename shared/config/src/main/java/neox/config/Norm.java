package neox.config;

/// Normalization layers (`norm`).
public enum Norm {
  LAYERNORM,
  RMSNORM,
  NON_PARAMETRIC_LAYERNORM,
  SCALENORM
}
