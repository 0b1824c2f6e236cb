package neox.config.model;

/// Weight initializers (`init_method`, `output_layer_init_method`).
public enum InitMethod {
  NORMAL,
  SCALED_NORMAL,
  ORTHOGONAL,
  SCALED_ORTHOGONAL,
  XAVIER_UNIFORM,
  XAVIER_NORMAL,
  WANG_INIT,
  SMALL_INIT,
  SINGLE_RESIDUAL_SCALED_NORMAL
}
