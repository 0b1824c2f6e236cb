package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.config.model.Mup;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// Whether the shapes of this network are to be saved, for wider ones to be scaled after it.
///
/// @param file where to (`base_shapes_file`); empty: not at all (`save_base_shapes`)
/// @param widthScale how much wider the network to compare with is (`mup_width_scale`)
public record BaseShapesConfig(Optional<Path> file, int widthScale) {
  private static final String SAVE = "save_base_shapes";

  /// To be called after [Mup#from].
  static BaseShapesConfig from(ConfigTable t) {
    t.section("muP");
    boolean save =
        t.flag(SAVE, false, "write the shapes of this network to base_shapes_file, and end");
    int scale =
        t.integer(
            "mup_width_scale",
            2,
            Range.atLeast(2),
            "how much wider a network save_base_shapes compares with, to see which sizes grow");
    Optional<Path> file =
        t.value(Mup.FILE).filter(Path.class::isInstance).map(Path.class::cast).filter(_ -> save);
    t.check(
        !save || file.isPresent(),
        List.of(Mup.FILE, SAVE),
        "required but missing: where to save the shapes");
    return new BaseShapesConfig(file, scale);
  }
}
