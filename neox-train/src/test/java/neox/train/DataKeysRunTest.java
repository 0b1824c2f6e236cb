package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.base.ExitCode;
import neox.base.json.Json;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenWidth;
import neox.tensor.NativeRuntime;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys about data, through the whole tool: runs that stop and go on end in the same bits.
class DataKeysRunTest {
  private static final Path TOKENIZER =
      Path.of("../shared/tokenizer/src/test/resources/golden/tokenizer/neox.json");

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  private void assertResumesBitForBit(String name, String... keys) throws IOException {
    TrainFixture.Result whole = fixture.run(name, keys);
    assertThat(whole.code()).as(whole.err()).isEqualTo(ExitCode.OK);
    List<String> stopping = new ArrayList<>(List.of(keys));
    stopping.add("exit_interval=4");
    String parts = name + "-parts";
    assertThat(fixture.run(parts, stopping.toArray(String[]::new)).code())
        .isEqualTo(ExitCode.STOPPED);
    assertThat(fixture.run(parts, stopping.toArray(String[]::new)).code())
        .isEqualTo(ExitCode.STOPPED);
    assertThat(fixture.run(parts, keys).code()).isEqualTo(ExitCode.OK);
    fixture.assertSameCheckpoints(parts, name, 12);
  }

  private List<String> losses(String name) throws IOException {
    return Files.readAllLines(directory.resolve(name + "/metrics.jsonl")).stream()
        .filter(line -> line.contains("\"train/lm_loss\""))
        .map(line -> line.replaceAll(".*\"train/lm_loss\":([^,}]*).*", "$1"))
        .toList();
  }

  @Test
  void fillsInTheMiddle() throws IOException {
    Path tokenizer = withSentinels();
    String[] plain = {"tokenizer_type=HFTokenizer", "vocab_file=" + tokenizer};
    String[] context = with(plain, "fim_rate=0.9");
    assertResumesBitForBit("context", context);
    assertThat(fixture.run("plain", plain).code()).isEqualTo(ExitCode.OK);
    assertThat(fixture.run("document", with(context, "fim_level=document")).code())
        .isEqualTo(ExitCode.OK);
    assertThat(losses("context"))
        .hasSize(12)
        .isNotEqualTo(losses("plain"))
        .isNotEqualTo(losses("document"));
    TrainFixture.Result refused =
        fixture.run(
            "refused",
            "tokenizer_type=HFTokenizer",
            "vocab_file=" + TOKENIZER.toAbsolutePath(),
            "fim_rate=0.9");
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err())
        .endsWith(
            "fim_prefix_token: the vocabulary of the HFTokenizer has no token \"<fim_prefix>\"; add"
                + " it to the tokenizer's file, name another token, or set fim_rate to 0\n");
  }

  private Path withSentinels() throws IOException {
    ObjectNode json = (ObjectNode) Json.read(TOKENIZER);
    ArrayNode added = (ArrayNode) json.get("added_tokens");
    int id = 2000; // beyond the others
    for (String token : List.of("<fim_prefix>", "<fim_middle>", "<fim_suffix>")) {
      added
          .addObject()
          .put("id", id++)
          .put("content", token)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    return Files.writeString(directory.resolve("fim.json"), Json.pretty(json));
  }

  @Test
  void changesTheMixtureInStages() throws IOException {
    Path other = copy("other");
    String paths = "[" + fixture.dataPrefix() + "]";
    String[] stages = {
      "data_path=null",
      "train_data_paths=" + paths,
      "valid_data_paths=" + paths,
      "test_data_paths=" + paths,
      "data_stages=[{from_step: 4, train_data_paths: [%s, %s], train_data_weights: [1, 3]},"
              .formatted(fixture.dataPrefix(), other)
          + " {from_token: 1024, train_data_weights: [1, 0]}]"
    };
    assertResumesBitForBit("stages", stages);
    JsonNode data =
        Json.read(directory.resolve("stages/global_step12/train_state.json")).get("data");
    assertThat(data.get("samples_read").toString()).isEqualTo("[33,15]"); // 4 samples a step
    assertThat(data.get("ledger").get("phases")).hasSize(3);
  }

  /// The order of an epoch is made for no number of samples.
  @Test
  void changesTheMixtureOfARunThatCountedItsLengthInEpochs() throws IOException {
    for (String packing : List.of("packed", "unpacked")) {
      Path other = copy("other-" + packing);
      String[] epochs =
          with(
              mixture(fixture.dataPrefix().toString()),
              "pack_impl=" + packing,
              "train_epochs=1",
              "exit_interval=4");
      assertThat(fixture.run(packing, epochs).code()).isEqualTo(ExitCode.STOPPED);
      String[] steps = with(mixture(fixture.dataPrefix() + ", " + other), "pack_impl=" + packing);
      TrainFixture.Result result = fixture.run(packing, steps);
      assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
      assertThat(result.out() + result.err())
          .contains(fixture.dataPrefix() + ": weight 0.50000, goes on with its sample 16");
      Path state = directory.resolve(packing + "/global_step12/train_state.json");
      assertThat(Json.read(state).get("data").get("samples_read").toString())
          .isEqualTo("[32,16]"); // 4 samples a step
    }
  }

  private static String[] mixture(String paths) {
    return new String[] {
      "data_path=null",
      "train_data_paths=[" + paths + "]",
      "valid_data_paths=[" + paths + "]",
      "test_data_paths=[" + paths + "]"
    };
  }

  /// The same documents with one more, so that it is another dataset.
  private Path copy(String name) throws IOException {
    Path prefix = directory.resolve(name);
    try (var tokens = IndexedTokens.open(fixture.dataPrefix());
        var writer = IndexedTokensWriter.create(prefix, TokenWidth.UINT16)) {
      for (int document = 0; document < 40; document++) {
        int[] item = tokens.item(document);
        writer.addDocument(item, 0, item.length);
      }
      writer.commit();
    }
    return prefix;
  }

  /// With the mask, activations that are recomputed are those that were kept.
  @Test
  void keepsDocumentsApartWhereBlocksAreRecomputed() throws IOException {
    String[] mask = {"reset_position_ids=true", "reset_attention_mask=true", "eod_mask_loss=true"};
    assertThat(fixture.run("kept", mask).code()).isEqualTo(ExitCode.OK);
    assertThat(fixture.run("again", with(mask, "checkpoint_activations=true")).code())
        .isEqualTo(ExitCode.OK);
    fixture.assertSameCheckpoints("again", "kept", 12);
  }

  /// The test part holds 316 samples, of which GPT-NeoX counts one less.
  @Test
  void namesTheDataThatDoNotFillAMicroBatch() {
    TrainFixture.Result refused =
        fixture.run(
            "run",
            "train_iters=1",
            "train_micro_batch_size_per_gpu=316",
            "gradient_accumulation_steps=1");
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err().lines().toList().getLast())
        .isEqualTo(
            "neox-train: %s (test): the data gives 315 samples of 32 tokens, but one micro-batch"
                    .formatted(fixture.dataPrefix())
                + " needs 316 (316 on each of 1 data-parallel ranks); use more data, a shorter"
                + " seq_length or a smaller micro-batch");
  }

  private static String[] with(String[] keys, String... more) {
    String[] all = Arrays.copyOf(keys, keys.length + more.length);
    System.arraycopy(more, 0, all, keys.length, more.length);
    return all;
  }
}
