package neox.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.base.json.Json;
import neox.hub.fixture.HubServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
  private static final String DATA = EvalData.path("data").toString();

  @TempDir private Path directory;
  private final FakeModel models = new FakeModel();
  private Path model;
  private String out = "";
  private String err = "";

  @BeforeEach
  void makeAModelDirectory() throws IOException {
    model = Files.createDirectory(directory.resolve("model"));
    environment.put("HF_HUB_OFFLINE", "1");
    environment.put("HOME", directory.toString()); // nothing is found there
  }

  private final Map<String, String> environment = new HashMap<>();

  private int run(Object... arguments) {
    return run(models, arguments);
  }

  private int run(ModelOpener opener, Object[] arguments) {
    String[] args = Stream.of(arguments).map(String::valueOf).toArray(String[]::new);
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    int code =
        Tool.run(
            new EvalCommand(opener, environment),
            args,
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(stdout, true, StandardCharsets.UTF_8),
            new PrintStream(stderr, true, StandardCharsets.UTF_8));
    out = stdout.toString(StandardCharsets.UTF_8);
    err = stderr.toString(StandardCharsets.UTF_8);
    return code;
  }

  private void refuses(String message, Object... arguments) {
    assertThat(run(arguments)).isEqualTo(ExitCode.USAGE);
    assertThat(err).isEqualTo("neox-eval: " + message + "\n");
    assertThat(out).isEmpty();
  }

  @Test
  void printsOneLineAboutTheRunAndATable() {
    assertThat(run("--model", model, "--tasks", "sciq,piqa", "--data", DATA)).isZero();
    assertThat(out)
        .startsWith(
            "neox ({'pretrained': '"
                + model
                + "'}), gen_kwargs: ({}), limit: None, num_fewshot: None, batch_size: auto\n"
                + "|Tasks|Version|Filter|n-shot| Metric |   |");
    assertThat(
            out.lines().filter(line -> line.contains("|acc")).map(line -> line.split("\\|", -1)[1]))
        .containsExactly("piqa ", "     ", "sciq ", "     ");
    assertThat(models.opened).isEqualTo(1);
    assertThat(models.closed).isEqualTo(1);
  }

  @Test
  void scoresComeFromTheModel() {
    run("--model", model, "--tasks", "sciq", "--data", data("sciq", "test", SCIQ), "--json");
    JsonNode sciq = Json.parse(out, "stdout").at("/results/sciq");
    // "aaaa" is nearest to the fake model's taste; per character "aaaa" still wins.
    assertThat(sciq.get("acc,none").asDouble()).isEqualTo(1.0);
    assertThat(sciq.get("acc_stderr,none").asText()).isEqualTo("N/A");
  }

  private static final String SCIQ =
      """
      {"question": "q", "support": "", "correct_answer": "aaaa", "distractor1": "x",
       "distractor2": "yy", "distractor3": "zzz"}\
      """
          .replace("\n", " ");

  private Path data(String task, String split, String... lines) {
    Path root = directory.resolve("data");
    try {
      Files.createDirectories(root.resolve(task));
      Files.write(root.resolve(task).resolve(split + ".jsonl"), List.of(lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return root;
  }

  @Test
  void savesResultsAndSamplesWhereTheHarnessWould() throws IOException {
    Path output = directory.resolve("results");
    assertThat(
            run(
                "--model",
                model,
                "--tasks",
                "lambada_openai",
                "--data",
                DATA,
                "--limit",
                "3",
                "--num_fewshot",
                "2",
                "--output_path",
                output,
                "--log_samples",
                "--seed",
                "7"))
        .isZero();
    Path below = output.resolve(model.toString().replace("/", "__"));
    List<String> names;
    try (Stream<Path> files = Files.list(below)) {
      names = files.map(file -> file.getFileName().toString()).sorted().toList();
    }
    assertThat(names).hasSize(2);
    assertThat(names.get(0))
        .matches("results_\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d\\.\\d{6}\\.json");
    assertThat(names.get(1)).startsWith("samples_lambada_openai_20").endsWith(".jsonl");
    assertThat(Files.readAllLines(below.resolve(names.get(1)))).hasSize(3);
    JsonNode results = Json.read(below.resolve(names.get(0)));
    assertThat(results.at("/config/limit").asDouble()).isEqualTo(3.0);
    assertThat(results.at("/config/fewshot_seed").asInt()).isEqualTo(7);
    assertThat(results.at("/n-shot/lambada_openai").asInt()).isEqualTo(2);
    assertThat(results.at("/n-samples/lambada_openai").toString())
        .isEqualTo("{\"original\":40,\"effective\":3}");
    assertThat(results.at("/max_length").asInt()).isEqualTo(300);
    assertThat(results.at("/tokenizer_eos_token").toString()).isEqualTo("[\"<end>\",\"0\"]");
  }

  @Test
  void aResultsPathThatEndsInJsonGetsTheTimeBeforeItsSuffix() throws IOException {
    Path output = directory.resolve("mine.json");
    run("--model", model, "--tasks", "piqa", "--data", DATA, "-o", output, "-L", "0.1");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()).filter(n -> n.startsWith("mine")))
          .singleElement()
          .asString()
          .matches("mine_\\d.*\\.json");
    }
  }

  @Test
  void takesTheModelFromAConfigurationAndSavesAsGptNeox() throws IOException {
    Path config = directory.resolve("tiny.yml");
    Files.writeString(
        config,
        """
        {"num_layers": 1, "hidden_size": 8, "num_attention_heads": 2, "seq_length": 16,
         "max_position_embeddings": 16, "vocab_file": "v.json", "train_batch_size": 4,
         "train_iters": 1, "optimizer": {"type": "Adam", "params": {"lr": 0.001}},
         "load": "%s"}
        """
            .formatted(model));
    assertThat(
            run(
                "-d",
                directory,
                "tiny",
                "--eval_tasks",
                "piqa",
                "sciq",
                "--data",
                DATA,
                "--iteration",
                "20",
                "--eval_results_prefix",
                "mine",
                "-o",
                directory,
                "-q"))
        .as(err)
        .isZero();
    ModelLocation location = Objects.requireNonNull(models.location);
    assertThat(location.directory()).isEqualTo(model);
    assertThat(location.options().iteration()).hasValue(20);
    assertThat(location.options().config()).isPresent();
    assertThat(out).contains("'iteration': 20}");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(n ->
              n.matches("mine_eval_results_\\d\\d-\\d\\d-20\\d\\d-\\d\\d-\\d\\d-\\d\\d\\.json"));
    }
  }

  @Test
  void addsFiguresToTheFilesOfTensorBoard() throws IOException {
    Path events = directory.resolve("tensorboard");
    run("-M", model, "-t", "piqa,lambada_openai", "--data", DATA, "--tensorboard_dir", events);
    run("-M", model, "-t", "sciq", "--data", DATA, "--tensorboard_dir", events);
    try (Stream<Path> files = Files.list(events)) {
      List<String> contents =
          files.sorted().map(EvalCommandTest::latin).map(text -> names(text)).toList();
      assertThat(contents)
          .containsExactly(
              "eval/piqa_acc eval/piqa_acc_norm eval/lambada_openai_perplexity"
                  + " eval/lambada_openai_acc",
              "eval/sciq_acc eval/sciq_acc_norm");
    }
  }

  private static String latin(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String names(String content) {
    return Pattern.compile("eval/[a-z_]+")
        .matcher(content)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.joining(" "));
  }

  @Test
  void refusesAPlaceThatTakesNoFileBeforeAnythingIsScored() throws IOException {
    Path file = Files.writeString(directory.resolve("taken"), "mine");
    for (Path output : List.of(file.resolve("results"), file, file.resolve("r.json"))) {
      Object[] arguments = {"-M", model, "-t", "piqa", "--data", DATA, "-o", output};
      assertThat(run(arguments)).isEqualTo(ExitCode.USAGE);
      assertThat(err)
          .startsWith("neox-eval: --output-path: no file can be written in " + file)
          .hasLineCount(1);
    }
    assertThat(models.opened).isZero();
    assertThat(file).hasContent("mine");
  }

  @Test
  void printsTheTableThoughTheResultsCannotBeSaved() throws IOException {
    Path output = directory.resolve("results");
    int code =
        run(
            location -> {
              deleteTree(output);
              Files.writeString(output, "a disk that has failed meanwhile");
              return models.open(location);
            },
            new Object[] {"-M", model, "-t", "piqa", "--data", DATA, "-o", output});
    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(out).contains("|piqa |");
    assertThat(err).contains("neox-eval: " + output);
  }

  @Test
  void savesTheResultsThoughNobodyReadsTheTable() throws IOException {
    Path output = directory.resolve("results");
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new UncheckedIOException(new IOException("nobody reads this"));
          }
        };
    String[] args =
        Stream.of("-M", model, "-t", "piqa", "--data", DATA, "-o", output)
            .map(String::valueOf)
            .toArray(String[]::new);
    Tool.run(
        new EvalCommand(models, environment),
        args,
        new ByteArrayInputStream(new byte[0]),
        new PrintStream(closed, true, StandardCharsets.UTF_8),
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    try (Stream<Path> files = Files.walk(output)) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(1);
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void tellsWhereToGetAModelThatIsOnlyOnTheHub() {
    refuses(
        "EleutherAI/pythia-70m: no such directory; fetch a model of that name from the hub with"
            + " 'neox-prepare checkpoint EleutherAI/pythia-70m', then give --model pythia-70m",
        "-M",
        "EleutherAI/pythia-70m",
        "-t",
        "piqa",
        "--data",
        DATA);
    Path file = EvalData.path("data/piqa/validation.jsonl");
    refuses(
        file + ": is a file; expected the directory that holds the model",
        "-M",
        file,
        "-t",
        "piqa",
        "--data",
        DATA);
  }

  private Path folder() throws IOException {
    Path folder = Files.createDirectory(directory.toRealPath().resolve("mine"));
    Files.writeString(
        folder.resolve("mine.yaml"),
        """
        task: mine
        tag: my_tag
        dataset_path: made up
        validation_split: validation
        output_type: multiple_choice
        doc_to_text: "{{goal}}"
        doc_to_target: label
        doc_to_choice: "{{[sol1, sol2]}}"
        """);
    Files.writeString(folder.resolve("group.yaml"), "group: my_group\ntask: [my_tag]\n");
    return folder;
  }

  @Test
  void listsTasksGroupsAndTags() throws IOException {
    Path folder = folder();
    assertThat(run("ls", "subtasks", "--include_path", folder)).isZero();
    assertThat(out).startsWith("\n|").contains("Config Location", "Output Type");
    assertThat(out.lines().filter(line -> line.startsWith("|mine ")).findFirst().orElseThrow())
        .contains(folder.resolve("mine.yaml").toString())
        .contains("multiple_choice");
    assertThat(run("ls", "groups", "--include_path", folder)).isZero();
    assertThat(out).contains("my_group").doesNotContain("my_tag");
    assertThat(run("ls", "tags", "--include_path", folder)).isZero();
    assertThat(out).contains("|my_tag ").doesNotContain("my_group");
    assertThat(run("ls", "--include_path", folder)).isZero();
    assertThat(out).contains("|my_tag ", "|my_group ", "|mine ");
    assertThat(run("ls", "all")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("ls all: expected one of tasks, groups, subtasks, tags");
  }

  @Test
  void validatesTasksWithoutRunningThem() throws IOException {
    Path folder = folder();
    assertThat(run("validate", "--tasks", "my_group", "--include-path", folder)).isZero();
    assertThat(out).isEqualTo("mine multiple_choice made up\n");
    Files.writeString(folder.resolve("mine.yaml"), "task: mine\nvalidation_split: x\ndoc: y\n");
    assertThat(run("validate", "--tasks", folder + "/mine.yaml")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains(folder + "/mine.yaml:3: a task has no key 'doc'");
  }

  @Test
  void takesOptionsFromAFileUnlessTheyAreGiven() throws IOException {
    Path folder = folder();
    Path mine = Files.createDirectories(folder.resolve("mine"));
    Files.copy(Path.of(DATA, "piqa/validation.jsonl"), mine.resolve("validation.jsonl"));
    Path file =
        Files.writeString(
            folder.resolve("run.yml"),
            """
            model: hf
            model_args: {pretrained: %s, dtype: float32}
            tasks: [mine]
            include_path: %s
            data: %s
            limit: 3
            num_fewshot: 1
            log_samples: false
            bootstrap_iters: 0
            verbosity: INFO
            """
                .formatted(model, folder, folder));
    assertThat(run("run", "--config", file, "--limit", "2", "--num_fewshot=0")).isZero();
    assertThat(out).contains("limit: 2.0, num_fewshot: 0,").contains("|mine |");
    Files.writeString(file, "taskz: [x]\n");
    assertThat(run("--config=" + file)).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("run.yml:1: neox-eval has no option 'taskz'; did you mean 'tasks'?");
    Files.writeString(file, "model: vllm\n");
    assertThat(run("--config=" + file)).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("run.yml:1: expected model: hf, whose directory stands in model_args");
  }

  @Test
  void systemInstructionsAndTemplatesNeedWhatTheyStandOn() throws IOException {
    Object[] rest = {"-M", model, "-t", "piqa", "--data", DATA};
    refuses(
        "--fewshot-as-multiturn needs --apply-chat-template", with(rest, "--fewshot-as-multiturn"));
    refuses(
        "--apply-chat-template: "
            + model
            + " has no chat template; expected chat_template.jinja or"
            + " chat_template in tokenizer_config.json",
        with(rest, "--apply-chat-template"));
  }

  @Test
  void helpExplainsTheLayoutOfTheDataSets() {
    assertThat(run("--help")).isZero();
    assertThat(out).contains("DIR/TASK/SPLIT.jsonl").contains("--num-fewshot=N");
  }

  @Test
  void suggestsATaskForAMisspeltOne() {
    refuses(
        "unknown task 'helaswag'; did you mean 'hellaswag'? (neox-eval ls tasks shows all)",
        "--model",
        model,
        "--tasks",
        "helaswag",
        "--data",
        DATA);
  }

  @Test
  void namesTheFileAndTheDataSetThatAreMissing() {
    refuses(
        model.resolve("piqa/validation.jsonl")
            + ": no such file; task piqa needs the split 'validation' of the data set baber/piqa"
            + " there (.jsonl, .jsonl.gz, .jsonl.zst, .json, .json.gz, .json.zst, .parquet,"
            + " .arrow), and HF_HUB_OFFLINE forbids to fetch it",
        "--model",
        model,
        "--tasks",
        "piqa",
        "--data",
        model);
    assertThat(models.opened).isZero();
  }

  @Test
  void namesTheDocumentThatDoesNotFitTheModel() throws IOException {
    Path rows = Files.createDirectory(directory.resolve("piqa")).resolve("validation.jsonl");
    Files.writeString(
        rows,
        """
        {"goal": "a", "sol1": "b", "sol2": "c", "label": 0}
        {"goal": "a", "sol1": "b", "sol2": "twelve signs", "label": 0}
        """);
    assertThat(run("--model", model, "--tasks", "piqa", "--data", directory, "--max-length", "10"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err)
        .endsWith(
            "neox-eval: "
                + rows
                + ":2: a continuation of 13 tokens does not fit the model's 10; leave that task"
                + " out or raise --max-length if the model allows\n");
  }

  @Test
  void asksForWhatIsMissing() {
    Path usual = directory.resolve(".cache/neox/datasets/piqa/validation.jsonl");
    run("-M", model, "-t", "piqa");
    assertThat(err).startsWith("neox-eval: " + usual + ": no such file; task piqa needs ");
    refuses(
        "name at least one task with --tasks (neox-eval ls shows all)",
        "-M",
        model,
        "--data",
        DATA);
    refuses(
        "name the model with --model DIR, or give a configuration with 'load'",
        "--tasks",
        "piqa",
        "--data",
        DATA);
    refuses(
        "name the model once: with --model DIR or with a configuration, not both",
        "conf",
        "--model",
        model,
        "--tasks",
        "piqa",
        "--data",
        DATA);
    refuses(
        "--log-samples needs --output-path to say where to save them",
        "-M",
        model,
        "-t",
        "piqa",
        "--data",
        DATA,
        "--log-samples");
    Path nowhere = directory.resolve("nowhere");
    refuses(
        nowhere + ": no such directory; expected a checkpoint or a model",
        "-M",
        nowhere,
        "-t",
        "piqa",
        "--data",
        DATA);
  }

  private int runFiveTasks(Object... more) {
    Object[] arguments = {
      "-M",
      model,
      "-t",
      "sciq,piqa,arc_easy,hellaswag,lambada_openai",
      "--data",
      DATA,
      "-L",
      "8",
      "-b",
      "1",
      "--bootstrap-iters",
      "10"
    };
    return run(with(arguments, more));
  }

  /// `benchmarks/eval-kills.sh` kills the process itself.
  @Test
  void anEvaluationThatWasEndedGoesOnWithWhatTheModelHasAnswered() throws IOException {
    assertThat(runFiveTasks("-o", directory.resolve("unbroken.json"))).isZero();
    int deaths = -1;
    int code = ExitCode.FAILED;
    while (code == ExitCode.FAILED) {
      deaths++;
      models.dies = models.scored + 23;
      Path output = directory.resolve("broken.json");
      code = runFiveTasks("-o", output, "--use_cache", directory.resolve("answers"));
    }
    assertThat(code).as(err).isZero();
    assertThat(deaths).isGreaterThan(3);
    assertThat(withoutTimes("broken_")).isEqualTo(withoutTimes("unbroken_"));
  }

  @Test
  void answersAreThoseOfTheModelAsItComputes() {
    Path answers = directory.resolve("answers");
    Object[] rest = {"-M", model, "-t", "piqa", "--data", DATA, "-L", "2", "-c", answers};
    run(rest);
    int asked = models.scored;
    run(rest);
    assertThat(models.scored).isEqualTo(asked);
    assertThat(err).contains("4 of 4 answers were there already\n");
    run(with(rest, "--max-length", "200"));
    assertThat(models.scored).isEqualTo(2 * asked);
    run(with(rest, "--precision", "bfloat16"));
    assertThat(models.scored).isEqualTo(3 * asked);
  }

  private JsonNode withoutTimes(String name) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      Path file =
          files
              .filter(path -> path.getFileName().toString().startsWith(name))
              .findFirst()
              .orElseThrow();
      ObjectNode json = (ObjectNode) Json.read(file);
      json.remove(List.of("date", "total_evaluation_time_seconds"));
      ((ObjectNode) json.get("config")).remove("use_cache");
      return json;
    }
  }

  @Test
  void fetchesTheDataThatAreNowhereAndKeepsThem() throws IOException {
    Path data = directory.resolve("fetched");
    byte[] rows = Files.readAllBytes(EvalData.path("data/piqa/validation.jsonl"));
    try (HubServer hub = HubServer.start()) {
      hub.add("datasets/baber/piqa", "main", Map.of("data/validation.jsonl", rows));
      environment.remove("HF_HUB_OFFLINE");
      environment.put("HF_ENDPOINT", hub.endpoint());
      assertThat(run("-M", model, "-t", "piqa", "--data", data)).as(err).isZero();
      assertThat(err).contains("wrote " + data.resolve("baber/piqa/default/validation.jsonl"));
    }
    assertThat(run("-M", model, "-t", "piqa", "--data", data, "--offline")).as(err).isZero();
    assertThat(run("-M", model, "-t", "sciq", "--data", data, "--offline"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err)
        .startsWith("neox-eval: " + data.resolve("sciq/test.jsonl") + ": no such file; ")
        .endsWith(", and --offline forbids to fetch it\n");
  }

  @Test
  void evaluatesTheDocumentsThatAreNamed() throws IOException {
    Path output = directory.resolve("results.json");
    Path file = Files.writeString(directory.resolve("samples.json"), "{\"piqa\": [7, 0, 7]}");
    for (Object chosen : List.of("{\"piqa\": [7, 0, 7]}", file)) {
      Object[] options = {"--samples", chosen, "-o", output, "-s", "--metadata", "note=x,n=2"};
      assertThat(run(with(new Object[] {"-M", model, "-t", "piqa", "--data", DATA}, options)))
          .as(err)
          .isZero();
    }
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> saved = files.sorted().toList();
      for (Path path : saved) {
        String name = path.getFileName().toString();
        if (name.startsWith("samples_piqa")) {
          assertThat(Files.readAllLines(path).stream().map(line -> Json.parse(line, name)))
              .extracting(line -> line.get("doc_id").intValue())
              .containsExactly(0, 7);
        } else if (name.startsWith("results_")) {
          JsonNode results = Json.read(path);
          assertThat(results.at("/n-samples/piqa"))
              .hasToString("{\"original\":40,\"effective\":2}");
          assertThat(results.at("/configs/piqa/metadata/note").asText()).isEqualTo("x");
          assertThat(results.at("/configs/piqa/metadata/n").intValue()).isEqualTo(2);
        }
      }
      assertThat(saved).hasSizeGreaterThan(4);
    }
  }

  @Test
  void refusesPlacesThatAreNone() {
    Object[] rest = {"-M", model, "-t", "piqa", "--data", DATA};
    refuses(
        "--samples: document 40 of task piqa: expected at most 39, the split has 40 documents",
        with(rest, "--samples", "{\"piqa\": [40]}"));
    refuses(
        "--samples: piqa: expected places of documents, counted from 0, such as [0, 3], found -1",
        with(rest, "--samples", "{\"piqa\": [-1]}"));
    refuses(
        "--samples: piqa: expected places of documents, counted from 0, such as [0, 3], found []",
        with(rest, "--samples", "{\"piqa\": []}"));
    refuses(
        "--samples: expected {\"TASK\": [N, …], …}, found no task", with(rest, "--samples", "{}"));
    refuses(
        "--samples and --limit: give one of them",
        with(rest, "--samples", "{\"piqa\": [0]}", "--limit", "1"));
  }

  @Test
  void savesAnswersWithoutScoresWhereNothingElseIsWanted() throws IOException {
    Object[] rest = {"-M", model, "-t", "piqa", "--data", DATA, "--predict_only", "-L", "2"};
    refuses("--predict-only needs --output-path to say where to save them", rest);
    assertThat(run(with(rest, "-o", directory.resolve("results.json"), "--json"))).isZero();
    JsonNode results = Json.parse(out, "stdout").at("/results/piqa");
    assertThat(results).hasToString("{\"name\":\"piqa\",\"alias\":\"piqa\",\"sample_len\":0}");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .anyMatch(name -> name.startsWith("samples_piqa"));
    }
  }

  @Test
  void refusesNumbersThatMakeNoSense() {
    Object[] rest = {"-M", model, "-t", "piqa", "--data", DATA};
    refuses(
        "--batch-size 0: expected a number from 1 on, or auto", with(rest, "--batch_size", "0"));
    refuses("--num-fewshot -1: expected 0 or more", with(rest, "--num-fewshot", "-1"));
    refuses("--limit 0.0: expected more than 0", with(rest, "--limit", "0"));
    refuses("--max-length 0: expected at least 1", with(rest, "--max-length", "0"));
    refuses("--bootstrap-iters -1: expected 0 or more", with(rest, "--bootstrap-iters", "-1"));
    refuses(
        "--max-length 301: the model was built for at most 300 tokens",
        with(rest, "--max-length", "301"));
    assertThat(models.closed).isEqualTo(1);
    refuses(
        "--seed 1,2: expected one, three or four integers with commas between, such as"
            + " 0,1234,1234,1234",
        with(rest, "--seed", "1,2"));
    refuses(
        "--gen-kwargs x: expected key=value, such as max_gen_toks=32, found \"x\"",
        with(rest, "--gen-kwargs", "x"));
    refuses(
        "task piqa needs 25 documents to draw few-shot examples from, its data set has 20; lower"
            + " --num-fewshot",
        with(rest, "--num-fewshot", "24"));
  }

  private static Object[] with(Object[] rest, Object... more) {
    return Stream.concat(Stream.of(rest), Stream.of(more)).toArray();
  }
}
