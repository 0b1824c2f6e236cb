package neox.converthf.fromhf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.config.LoraConfig;
import neox.config.NeoxConfig;
import neox.converthf.fromhf.NeoxYaml.Part;
import neox.weights.DType;
import neox.weights.NamedTensor;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointLayout;
import neox.weights.neox.CheckpointNames;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.LayoutWriter;
import neox.weights.peft.PeftAdapter;
import neox.weights.peft.PeftConfig;
import neox.weights.spec.NetworkSpec;

/// Adapters of PEFT on their way into a checkpoint of neox-train, which holds them alone and names
/// the model that they adapt.
public final class FromPeft {
  private final Path source;
  private final AdaptedBase base;
  private final FromHfOptions options;
  private final NeoxTokenizer tokenizer;

  private FromPeft(Path source, AdaptedBase base, FromHfOptions options) {
    this.source = source;
    this.base = base;
    this.options = options;
    this.tokenizer = base.tokenizer(options.tokenizer());
  }

  /// Where the adapted model lies: as the user says, or as the adapters do.
  private static Path base(Path source, PeftConfig config, FromHfOptions options) {
    if (options.base().isPresent()) {
      return options.base().get();
    }
    String name = config.base().orElse("");
    Path named = Path.of(name);
    if (name.isEmpty() || !Files.isDirectory(named)) {
      throw UserException.of(
          "%s: base_model_name_or_path is '%s', which is no directory here; say with --base where"
              + " the model is",
          source.resolve(PeftConfig.FILE), name);
    }
    return named;
  }

  /// Writes `global_step0` and the file that names it into `directory`.
  ///
  /// @param source the directory of the adapters
  /// @param last what `directory` will be called in the end
  /// @return what was made, in a few words
  public static String write(Path source, FromHfOptions options, Path directory, Path last)
      throws IOException {
    PeftConfig config = PeftConfig.read(source);
    try (AdaptedBase base = AdaptedBase.open(base(source, config, options))) {
      NetworkSpec plain = NetworkSpec.of(base.config(), base.rows());
      try (PeftAdapter adapter = PeftAdapter.open(source, config, base.family(), plain)) {
        new FromPeft(source, base, options)
            .write(adapter, directory, last.toAbsolutePath().normalize());
        return "adapters of NeoX of rank %d on %s; they adapt %s"
            .formatted(
                adapter.lora().rank(),
                String.join(", ", adapter.lora().targets()),
                base.directory());
      }
    }
  }

  private void write(PeftAdapter adapter, Path directory, Path last) throws IOException {
    RunConfiguration configuration =
        new RunConfiguration(
            NeoxNetwork.of(base.config(), divisor()),
            base.origin(),
            options,
            last,
            tokenizer.config(),
            NeoxNetwork.precision(options.dtype().orElseGet(base::dtype)));
    NeoxYaml yaml =
        configuration.yaml(
            "Adapters of %s for %s, in NeoX's layout. They are in %s."
                .formatted(source, base.directory(), last),
            adapters(adapter.lora()),
            configuration.continuing());
    NeoxConfig config = configuration.read(yaml);
    CheckpointLayout layout = CheckpointLayout.of(config.parallel());
    String name = CheckpointNames.directory(0);
    NetworkSpec network = NetworkSpec.of(config.model(), base.rows(), config.tuning());
    LayoutWriter.write(
        Files.createDirectory(directory.resolve(name)),
        new CheckpointContent(
            CheckpointPart.whole(network),
            tokenizer.config().type(),
            0,
            0,
            layout.files(),
            key -> converted(adapter.tensor(key)),
            Map.of(),
            Map.of(configuration.file(), yaml.text())),
        layout);
    NamedFiles.writeString(directory.resolve(CheckpointNames.LATEST), name);
  }

  private NamedTensor converted(NamedTensor tensor) {
    DType dtype = options.dtype().orElse(tensor.dtype());
    return new NamedTensor(
        tensor.name(), Precisions.convert(tensor.name(), tensor.tensor(), dtype));
  }

  private Part adapters(LoraConfig lora) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("lora.rank", lora.rank());
    keys.put("lora.alpha", lora.alpha());
    keys.put("lora.targets", lora.targets());
    keys.put("lora.dropout", lora.dropout());
    keys.put("init_from", base.directory().toAbsolutePath().normalize());
    return new Part("The adapters, and what they adapt: keys of neox-train.", keys);
  }

  /// The adapted model is read as it is, so its rows must be those of the ranks.
  private int divisor() {
    int ranks = options.tensorRanks();
    PaddedRows rows = PaddedRows.of(base.rows(), tokenizer.tokens(), ranks, options.vocabDivisor());
    if (rows.rows() != base.rows()) {
      throw UserException.of(
          "%s: has %d rows of the vocabulary; %d tensor-parallel ranks and %d tokens need %d. Bring"
              + " it into that form first (neox-convert-hf --from-hf --tp %d) and name that with"
              + " --base",
          base.directory(), base.rows(), ranks, tokenizer.tokens(), rows.rows(), ranks);
    }
    return rows.divisor();
  }
}
