package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.config.model.Mup;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// What is asked for besides training: the shapes of this network, for wider ones to be scaled
/// after it, or a check of how it is scaled itself.
///
/// @param file where to (`base_shapes_file`); empty: not at all (`save_base_shapes`)
/// @param widthScale how much wider the network to compare with is (`mup_width_scale`)
/// @param coordinateCheck whether activations of several widths are to be compared (`coord_check`)
public record BaseShapesConfig(Optional<Path> file, int widthScale, boolean coordinateCheck) {
  private static final String SAVE = "save_base_shapes";
  private static final String CHECK = "coord_check";

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
    boolean check =
        t.flag(
            CHECK,
            false,
            "train networks of several widths for a few steps, print and draw how large their"
                + " activations are, and end");
    t.check(
        !check || t.value("use_mup").equals(Optional.of(true)),
        List.of(CHECK, "use_mup"),
        "expected use_mup: true, whose scaling it checks");
    return new BaseShapesConfig(file, scale, check);
  }
}
