package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.weights.LazyTensor;
import neox.weights.NamedTensor;
import neox.weights.TensorView;
import neox.weights.safetensors.SafetensorsFile;
import neox.weights.safetensors.SafetensorsWriter;
import neox.weights.spec.ParameterSpec;

/// The optimizer's state in a checkpoint: what its rule remembers of each parameter, in named
/// slots, and the fp32 weights when the network's own are narrower. Whole parameters, keyed by
/// [neox.weights.spec.ParameterSpec#key], so that any number of ranks can go on from it.
///
/// This is our own format: DeepSpeed flattens all parameters and cuts the result by rank.
public final class OptimizerStateFile implements StoredOptimizer {
  /// The file's name in a checkpoint directory.
  public static final String NAME = "neox_optimizer.safetensors";

  /// What the fp32 weights are called among the slots.
  public static final String MASTER = "master";

  /// Whose state it is.
  ///
  /// @param rule the name of the update rule
  /// @param slots what the rule keeps of every parameter, [#MASTER] not among them
  /// @param someSlots what it keeps of some parameters only
  /// @param step optimizer steps taken, which the bias correction needs
  public record Header(String rule, List<String> slots, List<String> someSlots, long step) {
    public Header {
      slots = List.copyOf(slots);
      someSlots = List.copyOf(someSlots);
    }

    public Header(String rule, List<String> slots, long step) {
      this(rule, slots, List.of(), step);
    }
  }

  /// What files say that name no rule, because there was only one.
  private static final Header FIRST = new Header("AdamW", List.of("exp_avg", "exp_avg_sq"), 0);

  private static final Pattern STEPS = Pattern.compile("\\d{1,18}");
  private static final String RULE = "rule";
  private static final String SLOTS = "slots";
  private static final String SOME_SLOTS = "slots_of_some";
  private static final String STEP = "step";

  private final Path path;
  private final SafetensorsFile file;
  private final Header header;

  private OptimizerStateFile(Path path) throws IOException {
    this.path = path;
    this.file = SafetensorsFile.open(path);
    boolean read = false;
    try {
      this.header = readHeader();
      requireEverySlot();
      read = true;
    } finally {
      if (!read) {
        file.close();
      }
    }
  }

  /// True when the checkpoint in `directory` has optimizer state of ours.
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(NAME));
  }

  /// Writes the state of all parameters into a checkpoint's directory.
  ///
  /// @param state tensors called as [#name] says; asked for their bytes one after the other
  public static void write(Path directory, Header header, List<NamedTensor> state)
      throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(STEP, String.valueOf(header.step()));
    metadata.put(RULE, header.rule());
    metadata.put(SLOTS, String.join(" ", header.slots()));
    if (!header.someSlots().isEmpty()) {
      metadata.put(SOME_SLOTS, String.join(" ", header.someSlots()));
    }
    SafetensorsWriter.writeFile(directory.resolve(NAME), state, metadata);
  }

  /// Opens the state in a checkpoint's directory; its views live until [#close].
  public static OptimizerStateFile open(Path directory) throws IOException {
    Path path = directory.resolve(NAME);
    if (!Files.exists(path)) {
      throw UserException.of(
          "%s: no optimizer state (%s); continue with its weights alone by no_load_optim: true or"
              + " finetune: true",
          directory, NAME);
    }
    return new OptimizerStateFile(path);
  }

  /// The name of one parameter's tensor in one slot.
  public static String name(String key, String slot) {
    return key + "." + slot;
  }

  /// The parameter that a tensor of that name belongs to.
  public static String key(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }

  /// The slot that a tensor of that name is in.
  public static String slot(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  public Header header() {
    return header;
  }

  /// The names of all tensors.
  public Set<String> names() {
    return file.names();
  }

  @Override
  public long step() {
    return header.step();
  }

  @Override
  public LazyTensor tensor(ParameterSpec spec, String slot) {
    return tensor(name(spec.key(), slot));
  }

  @Override
  public boolean hasMaster(ParameterSpec spec) {
    return file.names().contains(name(spec.key(), MASTER));
  }

  @Override
  public boolean isFrozen(ParameterSpec spec) {
    return file.names().stream().noneMatch(name -> key(name).equals(spec.key()));
  }

  /// One tensor; [UserException] when the file has none of that name.
  public TensorView view(String name) {
    return tensor(name).view();
  }

  private LazyTensor tensor(String name) {
    if (!file.names().contains(name)) {
      throw UserException.of("%s: tensor %s is missing", path, name);
    }
    return file.tensor(name);
  }

  @Override
  public void close() {
    file.close();
  }

  private Header readHeader() {
    Map<String, String> metadata = file.metadata();
    return new Header(
        metadata.getOrDefault(RULE, FIRST.rule()),
        words(metadata.getOrDefault(SLOTS, String.join(" ", FIRST.slots()))),
        words(metadata.getOrDefault(SOME_SLOTS, "")),
        readStep(metadata.getOrDefault(STEP, "")));
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(" "));
  }

  private long readStep(String text) {
    if (!STEPS.matcher(text).matches()) {
      throw UserException.of("%s: its metadata names no step, but '%s'", path, text);
    }
    return Long.parseLong(text);
  }

  private void requireEverySlot() {
    for (String name : file.names()) {
      boolean known =
          slot(name).equals(MASTER)
              || header.slots().contains(slot(name))
              || header.someSlots().contains(slot(name));
      if (!known || key(name).isEmpty()) {
        throw UserException.of("%s: tensor %s is no optimizer state", path, name);
      }
      header.slots().forEach(slot -> tensor(name(key(name), slot)));
    }
  }
}
