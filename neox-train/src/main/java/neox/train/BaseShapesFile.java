package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import neox.base.AtomicFile;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Mup;
import neox.weights.Shape;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;

/// Writes the shapes of a network for muP, byte for byte as microsoft/mup does: the sizes that grow
/// when the network is made wider, and null for the others.
///
/// @param narrow the base network
/// @param wide the same, wider
/// @param pipeline whether parameters are called as in a pipeline of GPT-NeoX (`pipe_parallel_size`
///   of 1 and more)
record BaseShapesFile(NetworkSpec narrow, NetworkSpec wide, boolean pipeline) {
  private static final String HEADER =
      """
      # This is a base shape file encoded in yaml
      # - `null` indicates a dimension is "finite", i.e. a non-"width" dimension
      # - a number indicates the base dimension of an "infinite" dimension, i.e. some notion of "width"
      """;

  /// The file that a configuration asks for with `save_base_shapes`.
  ///
  /// @param source what the configuration was read from
  /// @return where it was written
  static Path write(ConfigSource source, NeoxConfig config, Path file) throws IOException {
    int hidden = config.model().hiddenSize() * config.baseShapes().widthScale();
    String size = Integer.toString(hidden);
    NeoxConfig wide = ConfigLoader.load(source.with("save_base_shapes", "hidden_size", size));
    boolean pipeline = config.parallel().pipeParallelSize() > 0;
    Path written = Mup.fileOf(file);
    BaseShapesFile shapes = new BaseShapesFile(spec(config.model()), spec(wide.model()), pipeline);
    AtomicFile.write(written, shapes.text());
    return written;
  }

  /// The vocabulary's size does not matter: it does not grow.
  private static NetworkSpec spec(ModelConfig model) {
    return NetworkSpec.of(model, model.dims().vocabDivisor());
  }

  String text() {
    Map<String, String> shapes = new TreeMap<>();
    for (int i = 0; i < narrow.parameters().size(); i++) {
      ParameterSpec parameter = narrow.parameters().get(i);
      shapes.put(name(parameter), sizes(parameter.shape(), wide.parameters().get(i).shape()));
    }
    StringBuilder text = new StringBuilder(HEADER);
    shapes.forEach((name, sizes) -> text.append(name).append(":\n").append(sizes));
    return text.toString();
  }

  private String name(ParameterSpec parameter) {
    boolean tied = narrow.config().head().tied();
    boolean embedding = parameter.homes().getFirst().layer() == NetworkSpec.EMBEDDING;
    if (pipeline && tied && embedding) {
      return "tied_modules.embed." + parameter.homes().getFirst().name();
    }
    return pipeline ? parameter.key() : "sequential." + parameter.key();
  }

  private static String sizes(Shape narrow, Shape wide) {
    StringBuilder sizes = new StringBuilder();
    for (int dim = 0; dim < narrow.rank(); dim++) {
      boolean grows = narrow.size(dim) != wide.size(dim);
      sizes.append("- ").append(grows ? Long.toString(narrow.size(dim)) : "null").append('\n');
    }
    return sizes.toString();
  }
}
