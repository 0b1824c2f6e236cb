package neox.preprocess.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import neox.base.json.Json;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.data.RunSamples;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenWidth;
import neox.data.ledger.Ledger;
import neox.preprocess.Run;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectConfigTest {
  @TempDir Path directory;
  private Path config;
  private Path data;

  /// Forty documents of the bytes `a` to `g` and a zero, four of which fill a sample of 32.
  @BeforeEach
  void prepare() throws Exception {
    data = dataset("data", 40);
    config =
        Files.writeString(
            directory.resolve("a.yml"),
            """
            num_layers: 1
            hidden_size: 8
            num_attention_heads: 1
            seq_length: 32
            max_position_embeddings: 32
            tokenizer_type: CharLevelTokenizer
            train_iters: 5
            train_micro_batch_size_per_gpu: 1
            gradient_accumulation_steps: 2
            eval_iters: 1
            eval_interval: 10
            lr_decay_style: constant
            optimizer: {type: Adam, params: {lr: 0.001}}
            """);
  }

  @Test
  void saysHowOftenARunSeesItsData() throws Exception {
    Run run = inspect("--set", "data_path=" + data, "--set", "split=90,10,0");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .isEqualTo(
            """
            split      documents   tokens an epoch        samples          drawn    epochs   weight  achieved  dataset
            train             36               288              9             10      1.11   1.0000    1.0000  %s
            valid              4                32              1              2      2.00   1.0000    1.0000  %s

            samples: of 32 tokens, in one epoch; drawn: by the whole run
            """
                .formatted(data, data));
    assertThat(run.err())
        .isEqualTo(
            "warning: train: the run reads "
                + data
                + " 1.11 times: it draws 10 samples of 32 tokens and one epoch gives 9\n");
    JsonNode json =
        Json.parse(inspect("--set", "data_path=" + data, "--json").out(), "stdout").get("splits");
    assertThat(json.get(0).get("split").asText()).isEqualTo("train");
    assertThat(json.get(0).get("seq_length").asInt()).isEqualTo(32);
    assertThat(json.get(0).get("samples_drawn").asLong()).isEqualTo(10);
    JsonNode dataset = json.get(0).get("datasets").get(0);
    assertThat(dataset.get("prefix").asText()).isEqualTo(data.toString());
    assertThat(dataset.get("documents").asLong()).isEqualTo(39);
    assertThat(dataset.get("tokens_per_epoch").asLong()).isEqualTo(312);
    assertThat(dataset.get("samples_per_epoch").asDouble()).isEqualTo(9.75);
  }

  @Test
  void saysWhatABlendGets() throws Exception {
    Path other = dataset("other", 400);
    String paths = "[" + data + "," + other + "]";
    Run run =
        inspect(
            "--set=train_data_paths=" + paths,
            "--set=train_data_weights=[1, 3]",
            "--set=valid_data_paths=[" + data + "]",
            "--set=test_data_paths=[" + data + "]");
    assertThat(run.out().lines().skip(1).limit(2).map(line -> line.replaceAll(" +", " ")))
        .satisfiesExactly(
            line -> assertThat(line).contains(" 0.2500 0.", data.toString()),
            line -> assertThat(line).contains(" 0.7500 0.", other.toString()));
  }

  @Test
  void printsASampleWithItsOriginAndItsMask() throws Exception {
    Run run = sample("--sample", "0", "--set", "eod_mask_loss=false");
    assertThat(run.out()).startsWith("== train sample 0: 33 tokens of 5 documents\n-- " + data);
    assertThat(run.out()).contains("\nabcdefg", " document ", ", tokens 0 to 7\n");
    Run ids = sample("--sample", "0", "--ids");
    assertThat(ids.out()).contains("\n97 98 99 100 101 102 103 0\n");
  }

  @Test
  void marksWhatLabelsLeaveOut() throws Exception {
    Path labels = dataset("labels", 40, new int[] {-100, -100, -100, 'd', 'e', 'f', 'g', 0});
    List<String> keys = new ArrayList<>();
    for (String split : List.of("train", "valid", "test")) {
      keys.add("--set=" + split + "_data_paths=[" + data + "]");
      keys.add("--set=" + split + "_label_data_paths=[" + labels + "]");
    }
    keys.addAll(List.of("--sample=0", "--set=pack_impl=unpacked", "--ids"));
    Run run = inspect(keys.toArray(String[]::new));
    assertThat(run.out())
        .as(run.err())
        .contains(
            "== train sample 0: 33 tokens of 2 documents; no loss on 27, in ⟦…⟧",
            "\n97 ⟦98⟧ ⟦99⟧ 100 101 102 103 0\n",
            "\n⟦97⟧\n");
  }

  @Test
  void knowsTheStepsOfEpochs() throws Exception {
    List<String> keys =
        List.of("--set=data_path=" + data, "--set=train_iters=null", "--set=train_epochs=2");
    List<String> more = new ArrayList<>(keys);
    assertThat(inspect(more.toArray(String[]::new)).out()).contains("             16      1.64");
    more.add("--batch=7");
    assertThat(inspect(more.toArray(String[]::new)).exitCode()).isZero();
    more.set(3, "--batch=8");
    assertThat(inspect(more.toArray(String[]::new)).err())
        .isEqualTo("neox-preprocess: --batch 8: the run has the steps 0 to 7\n");
  }

  @Test
  void marksTextWithoutLoss() throws Exception {
    List<String> more = new ArrayList<>(List.of("--sample=1", "--set=eod_mask_loss=true"));
    more.add("--ids");
    assertThat(sample(more.toArray(String[]::new)).out())
        .startsWith("== train sample 1: 33 tokens of ")
        .contains("; no loss on 4, in ⟦…⟧\n", "\n⟦97⟧ 98 99 100 101 102 103 0\n");
    more.set(2, "--json");
    JsonNode json = Json.parse(sample(more.toArray(String[]::new)).out(), "stdout");
    assertThat(json.get("tokens")).hasSize(32);
    assertThat(json.get("labels")).hasSize(32);
    int masked = 0;
    for (int i = 0; i < 32; i++) {
      int token = json.get("tokens").get(i).asInt();
      int label = json.get("labels").get(i).asInt();
      assertThat(label == -100).isEqualTo(token == 0);
      masked += label == -100 ? 1 : 0;
      if (i + 1 < 32 && label != -100) {
        assertThat(label).isEqualTo(json.get("tokens").get(i + 1).asInt());
      }
    }
    assertThat(masked).isEqualTo(4);
    int length = 0;
    for (JsonNode piece : json.get("documents")) {
      assertThat(piece.get("prefix").asText()).isEqualTo(data.toString());
      length += piece.get("length").asInt();
    }
    assertThat(length).isEqualTo(33);
  }

  @Test
  void marksWhatALabelDatasetLeavesOutAndPadding() throws Exception {
    Path labels = directory.resolve("labels");
    int[] document = {-100, -100, 'c', 'd', 'e', 'f', 'g', 0};
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(labels, TokenWidth.INT32)) {
      for (int i = 0; i < 40; i++) {
        writer.addDocument(document, 0, document.length);
      }
      writer.commit();
    }
    Run run =
        inspect(
            "--set=train_data_paths=[" + data + "]",
            "--set=train_label_data_paths=[" + labels + "]",
            "--set=valid_data_paths=[" + data + "]",
            "--set=valid_label_data_paths=[" + labels + "]",
            "--set=test_data_paths=[" + data + "]",
            "--set=test_label_data_paths=[" + labels + "]",
            "--set=pack_impl=unpacked",
            "--sample=0");
    assertThat(run.err()).doesNotContain("neox-preprocess:");
    assertThat(run.out())
        .startsWith("== train sample 0: 33 tokens of ")
        .contains("\na⟦b⟧cdefg", "-- padding: ");
  }

  @Test
  void needsATokenThatEndsDocumentsToMaskIt() throws Exception {
    Path vocabulary = directory.resolve("tokenizer.json");
    byte[] text = "\"abcdefg\"\n".getBytes(StandardCharsets.UTF_8);
    String[] train = {"train-tokenizer", "--input=-", "--vocab-size=300", "--output=" + vocabulary};
    assertThat(Run.withInput(text, train).exitCode()).isZero();
    String json = Files.readString(vocabulary);
    Files.writeString(vocabulary, json.replace("<|endoftext|>", "<|other|>"));
    assertRefused(
        "eod_mask_loss: the HFTokenizer has no end-of-document token; use another tokenizer or set"
            + " eod_mask_loss to false",
        "--set=data_path=" + data,
        "--sample=0",
        "--set=eod_mask_loss=true",
        "--set=tokenizer_type=HFTokenizer",
        "--set=vocab_file=" + vocabulary);
  }

  @Test
  void printsTheSamplesOfAStep() throws Exception {
    Run run = sample("--batch", "1");
    assertThat(run.err()).isEqualTo("step 1: 2 samples\n");
    assertThat(run.out().lines().filter(line -> line.startsWith("==")))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("== train sample 2: "),
            line -> assertThat(line).startsWith("== train sample 3: "));
    assertThat(sample("--batch", "1", "--json").out().lines()).hasSize(2);
  }

  @Test
  void saysWhatIsMissingOrImpossible() throws Exception {
    assertRefused("data_path: required but missing: prefix of the .bin and .idx to train on");
    String path = "--set=data_path=" + data;
    Run beyond = inspect(path, "--sample=99");
    assertThat(beyond.err())
        .matches(
            "neox-preprocess: --sample 99: the order of train has the samples 0 to \\d+, then it"
                + " repeats\n");
    assertRefused("--batch 5: the run has the steps 0 to 4", path, "--batch=5");
    assertRefused("give either --sample or --batch", path, "--batch=5", "--sample=1");
    assertRefused(
        "--batch is of the training split; leave --split out", path, "--batch=5", "--split=valid");
    assertRefused("--split belongs to --sample N", path, "--split=valid");
    assertRefused(
        "--split: expected train, valid or test, found dev", path, "--split=dev", "--sample=0");
    assertRefused(
        "--split test: the configuration gives it no documents",
        path,
        "--set=split=90,10,0",
        "--split=test",
        "--sample=0");
    assertRefused(
        "--batch: the data gives 318 samples, but one micro-batch needs 319",
        path,
        "--set=split=1,0,0",
        "--set=train_micro_batch_size_per_gpu=319",
        "--set=train_iters=1",
        "--set=gradient_accumulation_steps=1",
        "--set=seq_length=1",
        "--batch=0");
    assertRefused(
        "--document and --verify are about a dataset, not --config", path, "--document=1");
    assertRefused("--set x: expected KEY=VALUE, such as --set train_iters=100", "--set", "x");
    Run idle = Run.of("inspect", data.toString(), "--sample", "1");
    assertThat(idle.err())
        .isEqualTo(
            "neox-preprocess: -d, --set, --sample, --split, --batch, --step, --documents and"
                + " --checkpoint belong to --config\n");
    assertThat(Run.of("inspect").err())
        .isEqualTo(
            "neox-preprocess: give either a dataset or --config; see neox-preprocess inspect"
                + " --help\n");
  }

  /// Of the eight samples of an order GPT-NeoX never uses the last; the eighth that the run reads
  /// is the first once more.
  @Test
  void saysWhatBecomesOfEachDocument() throws Exception {
    String[] run = {"--set=data_path=" + data, "--set=split=90,10,0", "--set=train_iters=4"};
    assertThat(inspect(with(run, "--step=3")).out())
        .isEqualTo(
            """
            training data up to step 3 of 4, in samples of 32 tokens
            %s: 6 samples, 0.67 epochs, read in steps 1 to 3
              40 documents: 24 read, 4 to come, 8 whose turn comes after the run (tail), 4 left to validation and test (split)
            """
                .formatted(data));
    List<String> lines = inspect(with(run, "--step=3", "--documents")).out().lines().toList();
    assertThat(lines).hasSize(3 + 40);
    assertThat(lines.get(3 + 39))
        .isEqualTo("  document 39, 8 tokens: left to validation and test (split)");
    assertThat(lines.stream().filter(line -> line.contains("8 tokens: read 1.00 times, in steps ")))
        .hasSize(24);
    assertThat(lines.stream().filter(line -> line.endsWith("8 tokens: to come in step 4")))
        .hasSize(4);
    JsonNode json = Json.parse(inspect(with(run, "--documents", "--json")).out(), "stdout");
    assertThat(json.get("step").asInt()).isEqualTo(4);
    JsonNode dataset = json.get("datasets").get(0);
    assertThat(dataset.get("samples_read").asInt()).isEqualTo(8);
    assertThat(dataset.get("documents").toString())
        .isEqualTo("{\"all\":40,\"read\":28,\"after_the_run\":8,\"split\":4}");
    int tokens = 0;
    for (JsonNode document : dataset.get("each")) {
      tokens += document.get("tokens_read").asInt();
    }
    assertThat(tokens).isEqualTo(8 * 32);
  }

  /// Two of five documents are longer than a sample.
  @Test
  void saysWhichDocumentsThePackingLeavesOut() throws Exception {
    Path mixed = directory.resolve("mixed");
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(mixed, TokenWidth.UINT16)) {
      for (int length : new int[] {20, 50, 20, 40, 20}) {
        int[] document = new int[length];
        Arrays.fill(document, 'a');
        writer.addDocument(document, 0, length);
      }
      writer.commit();
    }
    Run run =
        inspect(
            "--set=data_path=" + mixed,
            "--set=split='1'",
            "--set=pack_impl=unpacked",
            "--set=allow_chopped=false",
            "--set=train_iters=10",
            "--documents");
    assertThat(run.out())
        .as(run.err())
        .contains("2 too long or without labels (packing)")
        .contains("\n  document 1, 50 tokens: too long or without labels (packing)\n")
        .contains("\n  document 3, 40 tokens: too long or without labels (packing)\n");
  }

  /// What the ledger says of each document is what the samples of the steps hold.
  @Test
  void countsEachDocumentOfAMixtureThatChanges() throws Exception {
    Path other = dataset("other", 60);
    Path third = dataset("third", 60, new int[] {'h', 'i', 'j', 'k', 'l', 0});
    String[] run = {
      "--set=train_data_paths=[" + data + "," + other + "]",
      "--set=train_data_weights=[1, 3]",
      "--set=valid_data_paths=[" + data + "]",
      "--set=test_data_paths=[" + data + "]",
      "--set=data_stages=[{from_step: 4, train_data_weights: [1, 1]}, {from_sample: 9,"
          + " train_data_paths: ["
          + other
          + ", "
          + third
          + "], train_data_weights: [1, 2]}]",
      "--set=train_iters=9"
    };
    assertThat(inspect(with(run, "--step=9")).out())
        .startsWith("training data up to step 9 of 9, in samples of 32 tokens\nfrom sample 0: ")
        .contains("\nfrom sample 6: ", "\nfrom sample 10: ");
    for (int step : new int[] {2, 5, 9}) {
      Map<String, Integer> held = new TreeMap<>();
      for (int each = 0; each < step; each++) {
        for (String line : inspect(with(run, "--batch=" + each, "--json")).out().lines().toList()) {
          int room = 32;
          for (JsonNode piece : Json.parse(line, "stdout").get("documents")) {
            int length = Math.min(room, piece.get("length").asInt());
            room -= length;
            String key = piece.get("prefix").asText() + " " + piece.get("document").asInt();
            held.merge(key, length, Integer::sum);
          }
        }
      }
      held.values().removeIf(tokens -> tokens == 0);
      Map<String, Integer> counted = new TreeMap<>();
      JsonNode json =
          Json.parse(inspect(with(run, "--step=" + step, "--documents", "--json")).out(), "stdout");
      for (JsonNode dataset : json.get("datasets")) {
        for (JsonNode document : dataset.get("each")) {
          if (document.get("tokens_read").asInt() > 0) {
            counted.put(
                dataset.get("prefix").asText() + " " + document.get("document").asInt(),
                document.get("tokens_read").asInt());
          }
        }
      }
      assertThat(counted).isEqualTo(held);
      assertThat(held.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(step * 2 * 32);
    }
  }

  /// The run had another mixture when it saved than the configuration has now.
  @Test
  void followsTheLedgerOfACheckpoint() throws Exception {
    Path other = dataset("other", 60);
    String[] paths = {
      "--set=train_data_paths=[" + data + "," + other + "]",
      "--set=valid_data_paths=[" + data + "]",
      "--set=test_data_paths=[" + data + "]",
      "--set=train_iters=9"
    };
    String[] before =
        with(
            paths,
            "--set=train_data_weights=[1, 3]",
            "--set=data_stages=[{from_step: 3, train_data_weights: [3, 1]}]");
    Path checkpoint = checkpoint(before, 5);
    String[] now = with(paths, "--set=train_data_weights=[9, 1]");
    String[] resumed = with(now, "--checkpoint=" + checkpoint);
    String[] upToTheCheckpoint = {"--step=5", "--documents", "--json"};
    JsonNode read = Json.parse(inspect(with(before, upToTheCheckpoint)).out(), "stdout");
    assertThat(documents(inspect(with(resumed, upToTheCheckpoint)))).isEqualTo(documents(read));
    assertThat(documents(inspect(with(now, upToTheCheckpoint)))).isNotEqualTo(documents(read));
    assertThat(inspect(with(resumed, "--step=9")).out())
        .contains("\nfrom sample 0: ", "\nfrom sample 4: ", "\nfrom sample 10: ");
    assertRefused(
        "--checkpoint %s: no train_state.json in it; expected a checkpoint of neox-train"
            .formatted(directory),
        with(now, "--checkpoint=" + directory));
  }

  /// What a run that is configured so saves of its data after a step.
  private Path checkpoint(String[] options, long step) throws Exception {
    Map<String, String> keys = new TreeMap<>();
    for (String option : options) {
      String pair = option.substring("--set=".length());
      keys.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    ConfigSource source = new ConfigSource(Optional.empty(), List.of(config), keys);
    ObjectNode state = Json.mapper().createObjectNode();
    state.put("iteration", step).put("samples", 2 * step).put("tokens", 2 * 32 * step);
    try (RunSamples samples = RunSamples.open(ConfigLoader.load(source), _ -> {})) {
      Ledger ledger = samples.train().orElseThrow().ledger().orElseThrow();
      ledger.write(state.putObject("data").putObject("ledger"));
    }
    Path checkpoint = Files.createDirectory(directory.resolve("global_step" + step));
    Files.writeString(checkpoint.resolve("train_state.json"), Json.pretty(state));
    return checkpoint;
  }

  private static Map<String, Integer> documents(Run run) throws IOException {
    return documents(Json.parse(run.out(), run.err()));
  }

  /// Tokens read of each document.
  private static Map<String, Integer> documents(JsonNode json) {
    Map<String, Integer> read = new TreeMap<>();
    for (JsonNode dataset : json.get("datasets")) {
      for (JsonNode document : dataset.get("each")) {
        read.put(
            dataset.get("prefix").asText() + " " + document.get("document").asInt(),
            document.get("tokens_read").asInt());
      }
    }
    return read;
  }

  @Test
  void stepsAreCountedAsTheLogCountsThem() throws Exception {
    String path = "--set=data_path=" + data;
    assertRefused("--step 6: the run has the steps 1 to 5", path, "--step=6");
    assertRefused(
        "--step and --documents stand without --sample, --batch and --split",
        path,
        "--step=1",
        "--sample=1");
  }

  private static String[] with(String[] arguments, String... more) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private Run inspect(String... more) {
    List<String> arguments = new ArrayList<>(List.of("inspect", "--config", config.toString()));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  private Run sample(String... more) {
    List<String> arguments = new ArrayList<>(List.of("--set=data_path=" + data));
    arguments.addAll(List.of(more));
    Run run = inspect(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run;
  }

  private void assertRefused(String message, String... more) {
    Run run = inspect(more);
    assertThat(run.err()).isEqualTo("neox-preprocess: " + message + "\n");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  private Path dataset(String name, int documents) throws Exception {
    return dataset(name, documents, new int[] {'a', 'b', 'c', 'd', 'e', 'f', 'g', 0});
  }

  private Path dataset(String name, int documents, int[] document) throws Exception {
    Path prefix = directory.resolve(name);
    TokenWidth width = document[0] < 0 ? TokenWidth.INT32 : TokenWidth.UINT16;
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, width)) {
      for (int i = 0; i < documents; i++) {
        writer.addDocument(document, 0, document.length);
      }
      writer.commit();
    }
    return prefix;
  }
}
