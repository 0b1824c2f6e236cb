package neox.config.model;

import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// How weights get their first values.
///
/// @param input initializer of embeddings, qkv, first MLP projection and head (`init_method`)
/// @param output initializer of the projections back into the residual stream
///   (`output_layer_init_method`)
/// @param std of the normal methods (`init_method_std`)
public record InitConfig(InitMethod input, InitMethod output, double std) {
  static InitConfig from(ConfigTable t) {
    return new InitConfig(
        method(
            t, "init_method", InitMethod.NORMAL, "first values of embeddings, qkv, linear1, head"),
        method(
            t,
            "output_layer_init_method",
            InitMethod.SCALED_NORMAL,
            "first values of attention.dense, linear2"),
        t.real(
            "init_method_std", 0.02, Range.POSITIVE, "standard deviation of the normal methods"));
  }

  private static InitMethod method(
      ConfigTable t, String name, InitMethod otherwise, String documentation) {
    return t.choice(name, otherwise, documentation);
  }
}
