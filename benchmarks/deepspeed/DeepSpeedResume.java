import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import neox.base.Tool;
import neox.train.TrainCommand;
import neox.weights.Floats;
import neox.weights.TensorView;
import neox.weights.neox.DeepSpeedOptimizer;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;

/// Compares DeepSpeed's optimizer state as we read it with torch's reading and with our own: see
/// `deepspeed-resume.sh`.
class DeepSpeedResume {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> MOMENTS = List.of("exp_avg", "exp_avg_sq");

  /// A recorded checkpoint.
  ///
  /// @param first where the run's first weights lie, relative to the golden directory
  /// @param why it is not replayed; empty when it is
  private record Saved(String run, int step, String first, String why) {
    Path directory(Path golden) {
      return golden.resolve(run).resolve("checkpoints/global_step" + step);
    }

    static Saved replayed(String run, int step) {
      return replayed(run, step, run);
    }

    static Saved replayed(String run, int step, String first) {
      return new Saved(run, step, first, "");
    }

    static Saved read(String run, String why) {
      return new Saved(run, 20, run, why);
    }
  }

  private static final List<Saved> ALL =
      List.of(
          Saved.replayed("train/A_pythia", 10),
          Saved.replayed("train/A_pythia", 20),
          Saved.replayed("train/A0_pythia_nopipe", 20),
          Saved.replayed("train/E_pp2", 20),
          Saved.replayed("train/F_dp2_zero1", 20),
          Saved.replayed("par/train/Z0_dp2", 20),
          Saved.replayed("par/train/Z1_dp2", 20, "par/train/Z0_dp2"),
          Saved.replayed("par/train/Z3_dp2", 20, "par/train/Z0_dp2"),
          Saved.read("train/D_mp2", "its row-parallel biases move twice as fast"),
          Saved.read("par/train/P_tp2pp2", "its row-parallel biases move twice as fast"),
          Saved.read("par/train/SP_tp2", "its final norm's gradient counts twice"),
          Saved.read("train/A_bf16", "bfloat16 rounds elsewhere"),
          Saved.read("par/train/Z1_dp2_bf16", "bfloat16 rounds elsewhere"),
          Saved.read("par/train/F16_dyn_z0", "its first step has no gradients (Fp16ReplayTest)"));

  private final Path golden;
  private final Path work;
  private final String python;
  private int failures;

  private DeepSpeedResume(Path golden, Path work, String python) {
    this.golden = golden;
    this.work = work;
    this.python = python;
  }

  public static void main(String[] args) throws Exception {
    String python = args.length > 2 ? args[2] : "";
    DeepSpeedResume all = new DeepSpeedResume(Path.of(args[0]), Path.of(args[1]), python);
    System.out.println("| checkpoint | tensors | optimizer steps | torch | replay |");
    System.out.println("|---|---|---|---|---|");
    for (Saved saved : ALL) {
      all.compare(saved);
    }
    all.resume();
    System.exit(all.failures == 0 ? 0 : 1);
  }

  private void compare(Saved saved) throws Exception {
    Path directory = saved.directory(golden);
    try (NeoxCheckpoint checkpoint = NeoxCheckpoint.open(directory, OptionalLong.empty());
        DeepSpeedOptimizer optimizer = DeepSpeedOptimizer.open(checkpoint).orElseThrow()) {
      Map<String, ParameterSpec> specs = new LinkedHashMap<>();
      NetworkSpec.of(checkpoint.config(), checkpoint.paddedVocab())
          .parameters()
          .forEach(spec -> specs.put(spec.key(), spec));
      String torch = python.isEmpty() ? "–" : torch(directory, specs, optimizer);
      String replay = saved.why().isEmpty() ? replay(saved, specs, optimizer) : saved.why();
      System.out.printf(
          Locale.ROOT,
          "| %s, step %d | %d | %d | %s | %s |%n",
          saved.run(), saved.step(), MOMENTS.size() * specs.size(), optimizer.step(), torch, replay);
    }
  }

  private String told(double difference, double limit) {
    failures += difference <= limit ? 0 : 1;
    return String.format(Locale.ROOT, difference <= limit ? "%.1e" : "**%.1e**", difference);
  }

  private String torch(
      Path directory, Map<String, ParameterSpec> specs, DeepSpeedOptimizer optimizer)
      throws Exception {
    Process process =
        new ProcessBuilder(
                python, "-W", "ignore", "benchmarks/deepspeed/expected.py", directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("expected.py failed on " + directory);
    }
    double largest = 0;
    int seen = 0;
    for (String line : text.lines().toList()) {
      String[] fields = line.split("\t");
      TensorView view = optimizer.view(specs.get(fields[0]), fields[1]);
      double sum = 0;
      double size = 0;
      for (long i = 0; i < view.shape().count(); i++) {
        sum += Floats.get(view, i) * (1 + i % 97);
        size += Math.abs(Floats.get(view, i)) * (1 + i % 97);
      }
      largest = Math.max(largest, Math.abs(sum - Double.parseDouble(fields[4])) / size);
      seen += MOMENTS.contains(fields[1]) ? 1 : 0;
    }
    return told(seen == MOMENTS.size() * specs.size() ? largest : Double.NaN, 1e-7);
  }

  private String replay(
      Saved saved, Map<String, ParameterSpec> specs, DeepSpeedOptimizer optimizer)
      throws IOException {
    Path place = work.resolve(saved.run());
    Path ours = place.resolve("save/global_step" + saved.step());
    Map<String, String> settings = settings(saved.run(), place);
    boolean sums = settings.containsKey("grad_accum_reduction");
    if (!Files.exists(ours)) {
      settings.put(
          "load", golden.resolve(saved.first()).resolve("checkpoints/global_step0").toString());
      settings.put("finetune", "true");
      settings.put("extra_save_iters", "[10]");
      train(saved.run(), settings);
    }
    double gradients = sums ? 1 : optimizer.summedMicroBatches().orElseThrow();
    double largest = 0;
    try (OptimizerStateFile file = OptimizerStateFile.open(ours)) {
      if (file.step() != optimizer.step()) {
        return told(Double.NaN, 0);
      }
      for (ParameterSpec spec : specs.values()) {
        for (String slot : MOMENTS) {
          double scale = slot.equals("exp_avg") ? gradients : gradients * gradients;
          largest =
              Math.max(
                  largest, difference(file.view(spec, slot), scale, optimizer.view(spec, slot)));
        }
      }
    }
    return told(largest, 1e-4);
  }

  private static double difference(TensorView a, double scale, TensorView b) {
    double difference = 0;
    double size = 0;
    for (long i = 0; i < a.shape().count(); i++) {
      difference = Math.max(difference, Math.abs(scale * Floats.get(a, i) - Floats.get(b, i)));
      size = Math.max(size, Math.abs(Floats.get(b, i)));
    }
    return size == 0 ? difference : difference / size;
  }

  /// What the recorded program does by accident: 1.0 clips nothing, and the gradients of a pipeline
  /// are sums.
  private Map<String, String> settings(String run, Path place) throws IOException {
    JsonNode config = JSON.readTree(golden.resolve(run).resolve("config.yml").toFile());
    Path data = golden.resolve("train/_data"); // the runs of par/ read the same
    Path copy = Files.createDirectories(work.resolve("data"));
    for (String name : List.of("corpus1_text_document.bin", "corpus1_text_document.idx")) {
      if (!Files.exists(copy.resolve(name))) {
        Files.createSymbolicLink(copy.resolve(name), data.resolve(name));
      }
    }
    boolean pipe = config.path("pipe_parallel_size").asInt(0) >= 1;
    double clipping = config.path("gradient_clipping").asDouble(1);
    int replicas = Files.exists(golden.resolve(run).resolve("trace.rank1.jsonl"))
            && config.path("pipe_parallel_size").asInt(0) <= 1
            && config.path("model_parallel_size").asInt(1) == 1
        ? 2
        : 1;
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("data_path", copy.resolve("corpus1_text_document").toString());
    settings.put("save", place.resolve("save").toString());
    settings.put("log_dir", place.resolve("log").toString());
    settings.put("tensorboard_dir", place.resolve("tb").toString());
    settings.put("gradient_clipping", Double.toString(clipping == 1 ? 0 : clipping));
    settings.put("pipe_parallel_size", pipe ? "1" : "0");
    settings.put("eval_interval", "1000");
    int accumulation = config.path("gradient_accumulation_steps").asInt(1);
    settings.put("gradient_accumulation_steps", Integer.toString(accumulation * replicas));
    if (pipe && replicas == 1) {
      settings.put("grad_accum_reduction", "sum");
    }
    if (pipe && replicas > 1) { // means of twice as many micro-batches, whose sums were averaged
      settings.put("optimizer.params.eps", Double.toString(1e-8 / accumulation));
    }
    return settings;
  }

  private void train(String run, Map<String, String> settings) {
    List<String> arguments = new ArrayList<>();
    arguments.add(golden.resolve(run).resolve("config.yml").toString());
    settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(said, true, StandardCharsets.UTF_8);
    int code =
        Tool.run(
            new TrainCommand(),
            arguments.toArray(String[]::new),
            InputStream.nullInputStream(),
            print,
            print);
    if (code != 0) {
      throw new IllegalStateException(run + ": " + said.toString(StandardCharsets.UTF_8));
    }
  }

  /// Where a later step is recorded, the curve itself.
  private void resume() throws IOException {
    String run = "train/A_pythia";
    Path place = work.resolve("resumed");
    Map<String, String> settings = settings(run, place);
    settings.put("load", golden.resolve(run).resolve("checkpoints/global_step10").toString());
    train(run, settings);
    Map<Long, Double> ours = new HashMap<>();
    for (String line : Files.readAllLines(place.resolve("log/metrics.jsonl"))) {
      JsonNode step = JSON.readTree(line);
      if (step.has("train/lm_loss")) {
        ours.put(step.get("step").asLong(), step.get("train/lm_loss").asDouble());
      }
    }
    double largest = 0;
    for (String line : Files.readAllLines(golden.resolve(run).resolve("trace.rank0.jsonl"))) {
      JsonNode step = JSON.readTree(line);
      if (step.has("iteration") && step.get("iteration").asLong() > 10) {
        double expected = step.get("lm_loss").asDouble();
        double actual = ours.getOrDefault(step.get("iteration").asLong(), Double.NaN);
        double difference = Math.abs(actual - expected) / expected;
        largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
      }
    }
    System.out.printf(
        "%s, steps 11 to 20 from its step 10: losses differ by %s%n", run, told(largest, 1e-5));
  }
}
