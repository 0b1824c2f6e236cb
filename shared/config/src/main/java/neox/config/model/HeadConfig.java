package neox.config.model;

import neox.config.table.ConfigTable;

/// The output projection.
///
/// @param tied it is the embedding matrix (not `no_weight_tying`)
public record HeadConfig(boolean tied) {
  static HeadConfig from(ConfigTable t) {
    return new HeadConfig(
        !t.flag("no_weight_tying", false, "the output projection has its own matrix"));
  }
}
