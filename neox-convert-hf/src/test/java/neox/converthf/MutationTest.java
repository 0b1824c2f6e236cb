package neox.converthf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Stream;
import neox.base.AtomicDirectory;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.NeoxConfig;
import neox.weights.DType;
import neox.weights.TensorView;
import neox.weights.dcp.DcpCheckpoint;
import neox.weights.hf.HfModel;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.Reading;
import neox.weights.pickle.TorchFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damaged weights are refused in one line with their file, or what is read of them is right.
class MutationTest {
  private static final Path GOLDEN =
      Path.of("..", "shared", "weights", "src", "test", "resources", "golden");
  private static final int READINGS = Integer.getInteger("neox.mutations", 150);
  private static final int CONVERSIONS = Integer.getInteger("neox.mutations", 150) / 5;
  private static final long SEED = Long.getLong("neox.seed", 20);

  @TempDir Path directory;

  private final Mutations mutations = new Mutations(SEED);

  private interface Attempt {
    void run() throws IOException;
  }

  /// Reads a damaged file; returns whether that succeeded.
  private boolean reads(String what, Attempt attempt) throws IOException {
    try {
      attempt.run();
      return true;
    } catch (UserException e) {
      assertThat(e.getMessage())
          .as(what)
          .contains(directory.toString())
          .doesNotContain("Exception", "neox.weights", "java.")
          .hasSizeLessThan(21_000);
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(what, e);
    }
  }

  private static void readTorch(Path file) throws IOException {
    try (TorchFile read = TorchFile.open(file)) {
      if (read.root() instanceof Map<?, ?> map) {
        map.forEach((name, value) -> {
          if (value instanceof TensorView view) {
            read.intact("x", view).bytes().mismatch(view.bytes());
          }
        });
      }
    }
  }

  @Test
  void damagedTorchFilesAreReadOrRefused() throws IOException {
    Path values = GOLDEN.resolve("torch/values.pt");
    byte[] whole = Files.readAllBytes(values);
    Path file = directory.resolve("x.pt");
    int read = 0;
    for (int i = 0; i < READINGS; i++) {
      Files.write(file, i % 2 == 0 ? mutations.ofPickle(values) : mutations.ofBytes(whole));
      read += reads("torch file " + i, () -> readTorch(file)) ? 1 : 0;
    }
    assertThat(read).isBetween(1, READINGS - 1);
  }

  @Test
  void damagedHuggingFaceDirectoriesAreReadOrRefused() throws IOException {
    convert(copy("checkpoints/A_bf16/global_step20"), "--max-shard-size", "200KB");
    Path model = directory.resolve("out");
    List<Path> files = new ArrayList<>();
    try (Stream<Path> entries = Files.list(model)) {
      entries
          .filter(f -> f.toString().matches(".*(/config|index)\\.json|.*safetensors"))
          .sorted()
          .forEach(files::add);
    }
    assertThat(files).hasSizeGreaterThan(3);
    int read = 0;
    for (int i = 0; i < READINGS; i++) {
      Path file = files.get(i % files.size());
      byte[] whole = Files.readAllBytes(file);
      boolean json = file.toString().endsWith(".json");
      Files.write(file, json ? mutations.ofJson(whole) : mutations.ofHeader(whole));
      read += reads("directory " + i, () -> readAll(model)) ? 1 : 0;
      Files.write(file, whole);
    }
    assertThat(read).isBetween(1, READINGS - 1);
    readAll(model);
  }

  private static void readAll(Path model) throws IOException {
    try (HfModel read = HfModel.open(model)) {
      for (String name : read.names()) {
        assertThat(read.view(name).bytes().byteSize()).isPositive();
      }
    }
  }

  @Test
  void damagedStatesOfOptimizersAreReadOrRefused() throws IOException {
    for (String run : List.of("Z1_dp2_bf16", "Z3_dp2")) {
      Path checkpoint = copy("deepspeed/" + run + "/global_step20");
      List<Path> files;
      try (Stream<Path> entries = Files.list(checkpoint)) {
        files = entries.filter(file -> file.toString().endsWith("optim_states.pt")).toList();
      }
      int read = 0;
      for (int i = 0; i < READINGS / 5; i++) {
        Path file = files.get(i % files.size());
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, i % 4 == 0 ? mutations.ofBytes(whole) : mutations.ofPickle(file));
        read += reads(run + " " + i, () -> readMasters(checkpoint)) ? 1 : 0;
        Files.write(file, whole);
      }
      assertThat(read).isLessThan(READINGS / 5);
      readMasters(checkpoint);
      AtomicDirectory.deleteTree(checkpoint);
    }
  }

  private static void readMasters(Path checkpoint) throws IOException {
    NeoxConfig config = ConfigLoader.readCheckpoint(NeoxCheckpoint.configs(checkpoint)).config();
    Reading masters = Reading.PLAIN.withWeights(Reading.Weights.MASTERS);
    try (NeoxCheckpoint read =
        NeoxCheckpoint.open(checkpoint, OptionalLong.empty(), config, masters)) {
      for (String name : read.names()) {
        assertThat(read.view(name).dtype()).isEqualTo(DType.FLOAT32);
      }
    }
  }

  @Test
  void damagedDistributedCheckpointsAreReadOrRefused() throws IOException {
    Path checkpoint = copy("dcp/four");
    List<Path> files;
    try (Stream<Path> entries = Files.list(checkpoint)) {
      files = entries.sorted().toList();
    }
    int read = 0;
    for (int i = 0; i < READINGS; i++) {
      Path file = files.get(i % 2 == 0 ? 0 : i % files.size()); // .metadata is the first
      byte[] whole = Files.readAllBytes(file);
      Files.write(file, mutations.ofBytes(whole));
      read += reads(file + " " + i, () -> readDistributed(checkpoint)) ? 1 : 0;
      Files.write(file, whole);
    }
    assertThat(read).isBetween(1, READINGS - 1);
    readDistributed(checkpoint);
  }

  private static void readDistributed(Path checkpoint) throws IOException {
    try (DcpCheckpoint read = DcpCheckpoint.open(checkpoint)) {
      for (String name : read.names()) {
        assertThat(read.view(name).bytes().byteSize()).isNotNegative();
      }
    }
  }

  @Test
  void damagedDigestsAreReadOrRefused() throws IOException {
    Path source = copy("checkpoints/A_bf16/global_step20");
    NeoxConfig config = ConfigLoader.readCheckpoint(NeoxCheckpoint.configs(source)).config();
    convert(source, "--format", "neox");
    Path checkpoint = directory.resolve("out/global_step20");
    Path file = checkpoint.resolve("mp_rank_00_digests.json");
    byte[] whole = Files.readAllBytes(file);
    int read = 0;
    for (int i = 0; i < READINGS / 3; i++) {
      Files.write(file, mutations.ofJson(whole));
      read += reads("digests " + i, () -> readWhole(checkpoint, config)) ? 1 : 0;
    }
    assertThat(read).isLessThan(READINGS / 3);
    Files.write(file, whole);
    readWhole(checkpoint, config);
  }

  private static void readWhole(Path checkpoint, NeoxConfig config) throws IOException {
    try (NeoxCheckpoint read = NeoxCheckpoint.open(checkpoint, OptionalLong.empty(), config)) {
      for (String name : read.names()) {
        assertThat(read.view(name).bytes().byteSize()).isPositive();
      }
    }
  }

  @Test
  void theToolConvertsRightOrSaysInOneLineWhatIsWrong() throws IOException {
    Path checkpoint = copy("checkpoints/A_bf16/global_step20");
    convert(checkpoint);
    Path model = directory.resolve("out/model.safetensors");
    byte[] expected = Files.readAllBytes(model);
    AtomicDirectory.deleteTree(directory.resolve("out"));
    List<Path> files;
    try (Stream<Path> entries = Files.list(checkpoint)) {
      files = entries.filter(Files::isRegularFile).sorted().toList();
    }
    for (int i = 0; i < CONVERSIONS; i++) {
      Path file = files.get(i % files.size());
      byte[] whole = Files.readAllBytes(file);
      Files.write(file, i % 3 == 0 ? mutations.ofPickle(file) : mutations.ofBytes(whole));
      boolean wasConverted = convert(checkpoint);
      if (wasConverted && i % 3 != 0) {
        assertThat(Files.readAllBytes(model)).as("conversion %d", i).isEqualTo(expected);
      }
      AtomicDirectory.deleteTree(directory.resolve("out"));
      Files.write(file, whole);
      try (Stream<Path> left = Files.list(directory)) {
        assertThat(left).as("conversion %d", i).containsExactly(checkpoint);
      }
    }
  }

  private Path copy(String golden) throws IOException {
    Path from = GOLDEN.resolve(golden);
    Path to = directory.resolve(from.getFileName().toString());
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : new TreeSet<>(tree.toList())) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
    return to;
  }

  /// Runs the tool; whether it converted.
  private boolean convert(Path checkpoint, String... options) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    List<String> arguments =
        Stream.concat(
                Stream.of(
                    "-q",
                    "--input_dir",
                    checkpoint.toString(),
                    "--output_dir",
                    directory.resolve("out").toString()),
                Stream.of(options))
            .toList();
    int code =
        Tool.run(
            new ConvertCommand(),
            arguments.toArray(String[]::new),
            InputStream.nullInputStream(),
            stream,
            stream);
    String errors = err.toString(StandardCharsets.UTF_8);
    assertThat(code).as(errors).isIn(ExitCode.OK, ExitCode.USAGE);
    if (code != ExitCode.OK) {
      assertThat(errors.lines().filter(line -> !line.contains("warning: ")))
          .as(errors)
          .isNotEmpty()
          .allMatch(line -> line.contains(checkpoint.toString()))
          .noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
    }
    return code == ExitCode.OK;
  }
}
