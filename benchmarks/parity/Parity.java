import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.node.DoubleNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Replays recorded runs of GPT-NeoX and compares what each step came to: see `parity.sh`.
///
/// What the recorded program does otherwise by accident is undone here, as its recording says: a
/// `gradient_clipping` of 1.0 was never handed on (so nothing was clipped), and with
/// `pipe_parallel_size` of 1 or more the gradients were sums over the micro-batches where ours are
/// means (so a clipping limit, Adam's epsilon and the recorded norm belong to that sum).
///
/// A run that was recorded on several ranks is replayed on as many processes.
class Parity {
  private static final double TOLERANCE = 1e-4;
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
  private static final List<String> KINDS = List.of("train", "variants", "par/train");

  /// What every tensor-parallel rank holds the whole of.
  private static final Pattern HELD_WHOLE =
      Pattern.compile("norm|position|attention\\.dense\\.bias|mlp\\.linear2\\.bias");

  private static final Pattern EVALUATION =
      Pattern.compile("(validation|test) results at (.*?) \\| lm_loss value: ([-+0-9.E]+)");

  /// What runs.tsv says of a run.
  ///
  /// @param settings further `key=value`
  /// @param weights the first weights, relative to the golden directory, where it has none itself
  /// @param verdict `differs`, `refused` or `left out`, and why
  record Facts(List<String> settings, Optional<String> weights, Optional<String> verdict, String why) {
    static final Facts NONE = new Facts(List.of(), Optional.empty(), Optional.empty(), "");
  }

  /// The largest relative differences of a run.
  ///
  /// @param evaluation empty where none was recorded
  record Difference(int steps, double loss, double rate, double norm, Optional<Double> evaluation) {
    boolean isWithin(double tolerance) {
      return Math.max(Math.max(loss, rate), Math.max(norm, evaluation.orElse(0.0))) <= tolerance;
    }
  }

  private final Path golden;
  private final Path work;
  private final Map<String, Facts> facts;
  private int surprises;

  Parity(Path golden, Path work, Map<String, Facts> facts) {
    this.golden = golden;
    this.work = work;
    this.facts = facts;
  }

  public static void main(String[] args) throws Exception {
    Path golden = Path.of(args[0]);
    Parity parity = new Parity(golden, Path.of(args[1]), facts(Path.of("benchmarks/parity/runs.tsv")));
    List<String> runs = List.of(args).subList(2, args.length);
    System.out.println("| run | steps | loss | rate | gradient norm | evaluations | verdict |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (String run : runs.isEmpty() ? parity.all() : runs) {
      parity.replay(run);
    }
    System.err.println(parity.surprises + " runs neither equal nor explained");
    System.exit(parity.surprises == 0 ? 0 : 1);
  }

  private static Map<String, Facts> facts(Path file) throws IOException {
    Map<String, Facts> facts = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] cells = line.split("\t", 3);
      Facts before = facts.getOrDefault(cells[0], Facts.NONE);
      facts.put(
          cells[0],
          switch (cells[1]) {
            case "set" -> {
              List<String> settings = new ArrayList<>(before.settings());
              settings.add(cells[2]);
              yield new Facts(settings, before.weights(), before.verdict(), before.why());
            }
            case "weights" ->
                new Facts(before.settings(), Optional.of(cells[2]), before.verdict(), before.why());
            case "differs", "refused", "left out" ->
                new Facts(before.settings(), before.weights(), Optional.of(cells[1]), cells[2]);
            default -> throw new IllegalArgumentException(line);
          });
    }
    return facts;
  }

  private List<String> all() throws IOException {
    List<String> runs = new ArrayList<>();
    for (String kind : KINDS) {
      try (Stream<Path> entries = Files.list(golden.resolve(kind))) {
        entries
            .filter(entry -> Files.exists(entry.resolve("config.yml")))
            .map(entry -> kind + "/" + entry.getFileName())
            .sorted()
            .forEach(runs::add);
      }
    }
    return runs;
  }

  private void replay(String run) throws IOException, InterruptedException {
    Facts known = facts.getOrDefault(run, Facts.NONE);
    Path recorded = golden.resolve(run);
    if (known.verdict().equals(Optional.of("left out"))) {
      row(run, "", "left out: " + known.why());
      return;
    }
    Path trace = recorded.resolve("trace.rank0.jsonl");
    boolean ran = Files.exists(trace) && !crashed(recorded);
    Path place = work.resolve(run);
    prepare(run, place);
    List<String> command = command(recorded, place, known);
    Path log = place.resolve("neox-train.log");
    Path from = run.startsWith("train/") ? place.getParent() : place;
    int code = new RankProcesses(command, from, log).run(ranks(recorded));
    String said = lastLine(log);
    if (code != 0) {
      boolean expected = known.verdict().equals(Optional.of("refused")) && code == 2;
      surprises += expected || !ran ? 0 : 1;
      String before = ran ? "" : "crashed in GPT-NeoX; ";
      row(run, "", before + (code == 2 ? "refused: " : "**exit code " + code + "**: ") + said);
      return;
    }
    if (!ran) {
      row(run, "", "crashed in GPT-NeoX; runs" + because(known));
      return;
    }
    Difference difference = compare(recorded, place, known);
    String verdict = "equal";
    if (!difference.isWithin(TOLERANCE)) {
      boolean expected = known.verdict().equals(Optional.of("differs"));
      surprises += expected ? 0 : 1;
      verdict = expected ? "differs" : "**differs**";
    }
    row(run, cells(difference), verdict + because(known));
  }

  /// How many processes a run was recorded on: each left a trace.
  private static int ranks(Path recorded) {
    int ranks = 1;
    while (Files.exists(recorded.resolve("trace.rank" + ranks + ".jsonl"))) {
      ranks++;
    }
    return ranks;
  }

  /// One command in several processes of this machine, which find each other as torchrun's do.
  ///
  /// @param log of the first rank, which speaks for all; the others' lie beside it
  private record RankProcesses(List<String> command, Path from, Path log) {
    /// The exit code of the first rank that has another than 0.
    int run(int ranks) throws IOException, InterruptedException {
      int port = ranks == 1 ? 0 : freePort();
      List<Process> processes = new ArrayList<>();
      for (int rank = 0; rank < ranks; rank++) {
        processes.add(start(rank, ranks, port));
      }
      int code = 0;
      for (Process process : processes) {
        int its = process.waitFor();
        code = code == 0 ? its : code;
      }
      return code;
    }

    private Process start(int rank, int ranks, int port) throws IOException {
      Path output = rank == 0 ? log : log.resolveSibling("rank" + rank + ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(from.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      if (ranks > 1) {
        builder
            .environment()
            .putAll(
                Map.of(
                    "RANK", Integer.toString(rank),
                    "LOCAL_RANK", Integer.toString(rank),
                    "WORLD_SIZE", Integer.toString(ranks),
                    "MASTER_ADDR", "127.0.0.1",
                    "MASTER_PORT", Integer.toString(port)));
      }
      return builder.start();
    }

    private static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0)) {
        return socket.getLocalPort();
      }
    }
  }

  private static String because(Facts known) {
    return known.why().isEmpty() ? "" : ": " + known.why();
  }

  private void row(String run, String cells, String verdict) {
    String shown = cells.isEmpty() ? "| – | – | – | – | – |" : cells;
    System.out.println("| " + run + " " + shown + " " + verdict.replace("|", "\\|") + " |");
  }

  private static String cells(Difference d) {
    return String.format(
        Locale.ROOT,
        "| %d | %.1e | %.1e | %.1e | %s |",
        d.steps(),
        d.loss(),
        d.rate(),
        d.norm(),
        d.evaluation().map(e -> String.format(Locale.ROOT, "%.1e", e)).orElse("–"));
  }

  private static boolean crashed(Path recorded) throws IOException {
    Path code = recorded.resolve("rc.txt");
    return Files.exists(recorded.resolve("error.txt"))
        || (Files.exists(code) && !Files.readString(code).strip().endsWith("0"));
  }

  /// A directory like the recorded one, in which a run may write.
  private void prepare(String run, Path place) throws IOException {
    Files.createDirectories(place);
    linkBaseShapes(golden.resolve(run), place);
    Path data = Path.of(run).getName(0).resolve("_data");
    if (!Files.exists(work.resolve(data))) {
      Files.createDirectories(work.resolve(data));
      try (Stream<Path> files = Files.list(golden.resolve(data))) {
        for (Path file : files.filter(f -> !f.toString().endsWith(".npy")).toList()) {
          Files.createSymbolicLink(work.resolve(data).resolve(file.getFileName()), file);
        }
      }
    }
  }

  /// The file of muP that the configuration names, under that name as seen from the run.
  private static void linkBaseShapes(Path recorded, Path place) throws IOException {
    JsonNode file = JSON.readTree(recorded.resolve("config.yml").toFile()).path("base_shapes_file");
    Path link = place.resolve(file.asText() + ".0").normalize();
    if (file.isTextual() && !Files.exists(link)) {
      Files.createDirectories(link.getParent());
      Files.createSymbolicLink(link, recorded.resolve(file.asText() + ".0").normalize());
    }
  }

  private List<String> command(Path recorded, Path place, Facts known) throws IOException {
    JsonNode config = JSON.readTree(recorded.resolve("config.yml").toFile());
    List<String> command = new ArrayList<>(List.of(Path.of("dist/bin/neox-train").toAbsolutePath().toString()));
    command.add(recorded.resolve("config.yml").toString());
    Optional.ofNullable(System.getenv("DEVICE")).ifPresent(device -> command.add("--device=" + device));
    Map<String, String> settings = new LinkedHashMap<>();
    Path own = recorded.resolve("checkpoints/global_step0");
    Optional<Path> weights =
        known.weights().map(golden::resolve).or(() -> Optional.of(own).filter(Files::exists));
    weights.ifPresent(w -> settings.put("load", w.toString()));
    settings.put("finetune", Boolean.toString(weights.isPresent()));
    settings.put("save", place.resolve("save").toString());
    settings.put("log_dir", place.resolve("log").toString());
    settings.put("tensorboard_dir", place.resolve("tb").toString());
    int sum = sumOf(config, known);
    double clipping = config.path("gradient_clipping").asDouble(1.0);
    settings.put("gradient_clipping", Double.toString(clipping == 1.0 ? 0 : clipping / sum));
    JsonNode epsilon = config.path("optimizer").path("params").path("eps");
    if (sum > 1 && config.path("optimizer").path("type").asText().toLowerCase(Locale.ROOT).contains("adam")) {
      settings.put("optimizer.params.eps", Double.toString(epsilon.asDouble(1e-8) / sum));
    }
    settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    known.settings().forEach(setting -> command.addAll(List.of("--set", setting)));
    return command;
  }

  /// Of how many micro-batches the recorded gradients are the sum where ours are not.
  private static int sumOf(JsonNode config, Facts known) {
    boolean sums = known.settings().contains("grad_accum_reduction=sum");
    boolean pipe = !sums && config.path("pipe_parallel_size").asInt(0) >= 1;
    return pipe ? config.path("gradient_accumulation_steps").asInt(1) : 1;
  }

  private Difference compare(Path recorded, Path place, Facts known) throws IOException {
    int sum = sumOf(JSON.readTree(recorded.resolve("config.yml").toFile()), known);
    Map<Long, JsonNode> ours = new HashMap<>();
    for (JsonNode line : lines(place.resolve("log/metrics.jsonl"))) {
      if (line.has("train/lm_loss")) {
        ours.put(line.get("step").asLong(), line);
      }
    }
    int steps = 0;
    double loss = 0;
    double rate = 0;
    double norm = 0;
    List<List<JsonNode>> traces = new ArrayList<>();
    for (int rank = 0; rank < ranks(recorded); rank++) {
      traces.add(
          lines(recorded.resolve("trace.rank" + rank + ".jsonl")).stream()
              .filter(line -> line.has("iteration"))
              .toList());
    }
    int tensor = JSON.readTree(recorded.resolve("config.yml").toFile()).path("model_parallel_size").asInt(1);
    for (int i = 0; i < traces.getFirst().size(); i++) {
      int at = i;
      JsonNode step = traces.getFirst().get(i);
      JsonNode actual = ours.get(step.get("iteration").asLong());
      if (actual == null) {
        return new Difference(steps, Double.POSITIVE_INFINITY, rate, norm, Optional.empty());
      }
      steps++;
      loss = Math.max(loss, relative(actual.path("train/lm_loss"), step.path("lm_loss"), 1));
      JsonNode rates = step.path("lr_after_step");
      rate = Math.max(rate, relative(actual.path("train/learning_rate"), rates.path(0), 1));
      double expected = norm(traces.stream().map(trace -> trace.get(at)).toList(), tensor);
      if (Double.isFinite(expected)) {
        norm = Math.max(norm, relative(actual.path("train/grad_norm"), new DoubleNode(expected), sum));
      }
    }
    return new Difference(steps, loss, rate, norm, evaluations(recorded, place));
  }

  /// The norm that DeepSpeed's own optimizers tell, else the one taken of the gradients: with bf16
  /// those are the last micro-batch's alone. Not finite where a step was skipped.
  ///
  /// @param step as each rank recorded it
  private static double norm(List<JsonNode> step, int tensorRanks) {
    JsonNode told = step.getFirst().path("global_grad_norm_deepspeed");
    if (told.asDouble() > 0) {
      return told.asDouble();
    }
    if (step.size() == 1) {
      return step.getFirst().path("local_preclip_grad_norm").asDouble(Double.NaN);
    }
    double squares = 0;
    Set<String> whole = new HashSet<>();
    for (int rank = 0; rank < step.size(); rank++) {
      int tensorRank = rank % tensorRanks;
      for (Map.Entry<String, JsonNode> entry :
          step.get(rank).path("local_preclip_param_grad_norms").properties()) {
        boolean split = tensorRanks > 1 && !HELD_WHOLE.matcher(entry.getKey()).find();
        String piece = split ? entry.getKey() + " of " + tensorRank : entry.getKey();
        if (whole.add(piece)) {
          squares += entry.getValue().asDouble() * entry.getValue().asDouble();
        }
      }
    }
    return Math.sqrt(squares);
  }

  private Optional<Double> evaluations(Path recorded, Path place) throws IOException {
    Path results = recorded.resolve("results.log");
    if (!Files.exists(results)) {
      return Optional.empty();
    }
    List<Double> expected = evaluations(Files.readString(results));
    List<Double> actual = evaluations(Files.readString(place.resolve("neox-train.log")));
    if (expected.size() != actual.size()) {
      return Optional.of(Double.POSITIVE_INFINITY);
    }
    double largest = 0;
    for (int i = 0; i < expected.size(); i++) {
      largest = Math.max(largest, Math.abs(actual.get(i) - expected.get(i)) / Math.abs(expected.get(i)));
    }
    return Optional.of(largest);
  }

  private static List<Double> evaluations(String text) {
    List<Double> losses = new ArrayList<>();
    Matcher matcher = EVALUATION.matcher(text);
    while (matcher.find()) {
      losses.add(Double.parseDouble(matcher.group(3)));
    }
    return losses;
  }

  private static double relative(JsonNode actual, JsonNode expected, double scale) {
    double e = expected.asDouble();
    double a = actual.asDouble(Double.NaN) * scale;
    if (e == a || (Double.isNaN(e) && Double.isNaN(a))) {
      return 0;
    }
    double difference = Math.abs(a - e) / Math.abs(e);
    return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank()) {
        lines.add(JSON.readTree(line));
      }
    }
    return lines;
  }

  private static String lastLine(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log).stream().filter(l -> !l.isBlank()).toList();
    return lines.isEmpty() ? "" : lines.getLast().replaceAll("/\\S*/", "");
  }
}
