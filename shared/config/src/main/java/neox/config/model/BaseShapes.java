package neox.config.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.config.table.Problems;
import neox.config.table.Value;
import neox.config.table.YamlReader;

/// The shapes of the narrow network from which a wide one takes its hyperparameters (muP,
/// arXiv:2203.03466), as the file of microsoft/mup has them.
///
/// @param sizes for each parameter its dims: a base size for one that grows with the network's
///   width, nothing for one that does not
public record BaseShapes(Map<String, List<OptionalLong>> sizes) {
  /// Before the names of a network that GPT-NeoX runs without a pipeline.
  private static final String WITHOUT_PIPELINE = "sequential.";

  /// Before those of an embedding that is the output layer, too, in a pipeline.
  private static final String TIED = "tied_modules.embed.";

  public BaseShapes {
    sizes = Map.copyOf(sizes);
  }

  /// Reads a file; [UserException] when it is none of base shapes.
  public static BaseShapes read(Path file) throws IOException {
    Problems problems = new Problems();
    Optional<Value.Fields> fields =
        YamlReader.file(NamedFiles.readString(file), file.toString(), problems);
    problems.throwIfAny();
    Map<String, List<OptionalLong>> sizes = new LinkedHashMap<>();
    for (Value.Field field : fields.orElseThrow().fields().values()) {
      sizes.put(
          field.name().replace(WITHOUT_PIPELINE, "").replace(TIED, "0."), sizes(field, problems));
    }
    problems.throwIfAny();
    return new BaseShapes(sizes);
  }

  private static List<OptionalLong> sizes(Value.Field field, Problems problems) {
    List<OptionalLong> sizes = new ArrayList<>();
    if (field.value() instanceof Value.Items list) {
      for (Value item : list.items()) {
        if (item.isNull()) {
          sizes.add(OptionalLong.empty());
        } else if (item instanceof Value.Scalar size && size.resolve() instanceof Long n && n > 0) {
          sizes.add(OptionalLong.of(n));
        }
      }
      if (sizes.size() == list.items().size()) {
        return sizes;
      }
    }
    problems.add(
        field.origin(),
        "%s: expected a list of sizes and nulls, as save_base_shapes writes it",
        field.name());
    return List.of();
  }

  /// How often a parameter of this shape is as wide as in the base network: the ratio of the last
  /// dim that grows, which is what a matrix reads.
  public double widthFactor(String key, long... shape) {
    List<OptionalLong> base = base(key, shape);
    for (int dim = shape.length - 1; dim >= 0; dim--) {
      if (base.get(dim).isPresent()) {
        return (double) shape[dim] / base.get(dim).getAsLong();
      }
    }
    return 1;
  }

  /// Whether both sides of a matrix grow with the width.
  public boolean isMatrix(String key, long... shape) {
    return base(key, shape).stream().filter(OptionalLong::isPresent).count() == 2;
  }

  private List<OptionalLong> base(String key, long... shape) {
    List<OptionalLong> base = sizes.get(key);
    if (base == null || base.size() != shape.length) {
      throw UserException.of(
          "base_shapes_file: it has no shape of %d sizes for %s; expected that of the same"
              + " architecture with another width (save_base_shapes)",
          shape.length, key);
    }
    return base;
  }
}
