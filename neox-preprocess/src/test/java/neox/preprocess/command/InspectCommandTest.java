package neox.preprocess.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.base.json.Json;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenIndex;
import neox.data.indexed.TokenWidth;
import neox.preprocess.Run;
import neox.preprocess.inspect.LengthStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
  private static final String[] BYTES = {"--tokenizer-type", "CharLevelTokenizer"};

  @TempDir Path directory;

  @Test
  void describesADataset() throws Exception {
    Path prefix = dataset("d", TokenWidth.UINT16, new int[][] {{5, 0}, {}, {6, 7, 0}, {9}});
    Run run = inspect(prefix.toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo(
            """
            dataset     %s
            layout      mmap, uint16, 2 bytes per token
            documents   3 (items; the index names 4 documents, empty ones counted)
            tokens      6
            files       12 bytes .bin, 110 bytes .idx
            length      min 1, median 2, mean 2.0, p99 3, max 3 tokens
            endings     token 0 ends 66.7 %% of documents

                             tokens        documents
                                  1                1  33.3 %%  ####################
                             2 to 3                2  66.7 %%  ########################################
            """
                .formatted(prefix));
    Path vocabulary = directory.resolve("tokenizer.json");
    byte[] text = "\"a\"\n".getBytes(StandardCharsets.UTF_8);
    String[] train = {"train-tokenizer", "--input=-", "--vocab-size=300", "--output=" + vocabulary};
    assertThat(Run.withInput(text, train).exitCode()).isZero();
    String file = "--vocab-file=" + vocabulary;
    assertThat(inspect(prefix + ".idx", "--tokenizer-type=HFTokenizer", file).out())
        .contains("endings     token 0 <|endoftext|> ends 66.7 % of documents");
  }

  @Test
  void describesItForAMachine() throws Exception {
    Path prefix = dataset("d", TokenWidth.INT32, new int[][] {{5, 0}, {6, 7, 0}});
    JsonNode json = Json.parse(inspect(prefix.toString(), "--json").out(), "stdout");
    assertThat(json.get("prefix").asText()).isEqualTo(prefix.toString());
    assertThat(json.get("layout").asText()).isEqualTo("mmap");
    assertThat(json.get("dtype").asText()).isEqualTo("int32");
    assertThat(json.get("documents").asLong()).isEqualTo(2);
    assertThat(json.get("items").asLong()).isEqualTo(2);
    assertThat(json.get("tokens").asLong()).isEqualTo(5);
    assertThat(json.get("bin_bytes").asLong()).isEqualTo(20);
    assertThat(json.get("idx_bytes").asLong()).isEqualTo(82);
    assertThat(json.get("length").toString())
        .isEqualTo("{\"min\":2,\"median\":2,\"mean\":2.5,\"p99\":3,\"max\":3}");
    assertThat(json.get("histogram").toString())
        .isEqualTo("[{\"from\":2,\"to\":3,\"documents\":2}]");
    assertThat(json.get("last_token").asInt()).isZero();
    assertThat(json.get("last_token_share").asDouble()).isEqualTo(1);
  }

  @Test
  void quantilesAreThoseOfTheSortedLengths() throws Exception {
    int[] lengths = {3, 70_000, 1, 65_536, 65_535, 2, 2, 140_000, 66_000, 9};
    int[][] documents = Arrays.stream(lengths).mapToObj(int[]::new).toArray(int[][]::new);
    Path prefix = dataset("d", TokenWidth.UINT8, documents);
    int[] sorted = lengths.clone();
    Arrays.sort(sorted);
    try (TokenIndex index = TokenIndex.open(prefix)) {
      LengthStatistics statistics = LengthStatistics.of(index);
      for (int percent = 1; percent <= 100; percent++) {
        int rank = Math.ceilDiv(percent * lengths.length, 100);
        assertThat(statistics.quantile(percent / 100.0)).isEqualTo(sorted[rank - 1]);
      }
      assertThat(statistics.quantile(0)).isEqualTo(1);
      assertThat(statistics.mean()).isEqualTo(Arrays.stream(lengths).average().orElseThrow());
    }
  }

  @Test
  void describesWhatCannotBeTrainedOn() throws Exception {
    Path empty = dataset("empty", TokenWidth.UINT16, new int[][] {});
    assertThat(inspect(empty.toString()).out())
        .contains("documents   0\n", "length      min 0, median 0, mean 0.0, p99 0, max 0 tokens")
        .doesNotContain("endings");
    ByteBuffer cached = ByteBuffer.allocate(56 + 8 * 7).order(ByteOrder.LITTLE_ENDIAN);
    cached.put("TNTIDX\0\0".getBytes(StandardCharsets.US_ASCII));
    for (long field : new long[] {1, 4, 4, 1, 1, 2, 0, 1, 0, 7, 7, 0, 1}) {
      cached.putLong(field);
    }
    Files.write(directory.resolve("old.idx"), cached.array());
    assertThat(inspect(directory.resolve("old").toString()).out())
        .contains(
            "layout      cached or lazy (TNTIDX; cannot be trained on), int32, 4 bytes per token",
            "tokens      7\n")
        .doesNotContain("endings");
  }

  @Test
  void noticesAnIndexWithoutDocuments() throws Exception {
    Path prefix = dataset("d", TokenWidth.UINT16, new int[][] {{1}});
    Path idx = directory.resolve("d.idx");
    byte[] bytes = Files.readAllBytes(idx);
    bytes[26] = 1;
    Files.write(idx, Arrays.copyOf(bytes, bytes.length - 8));
    assertThat(inspect(prefix.toString()).out())
        .contains("documents   1 (the index names no documents; training takes each item for one)");
  }

  @Test
  void printsADocument() throws Exception {
    Path prefix = dataset("d", TokenWidth.UINT16, new int[][] {{1}, {'h', 'i', '!', 'y'}});
    Run text = inspect(prefix.toString(), "--document", "1", BYTES[0], BYTES[1]);
    assertThat(text.out()).isEqualTo("hi!y\n");
    assertThat(text.err()).isEqualTo(prefix + ": document 1, 4 tokens\n");
    assertThat(inspect(prefix.toString(), "--document", "1", "--ids").out())
        .isEqualTo("104 105 33 121\n");
    assertThat(inspect(prefix.toString(), "--document", "1", "--json").out())
        .isEqualTo("{\"document\":1,\"tokens\":4,\"ids\":[104,105,33,121]}\n");
    assertThat(inspect(prefix.toString(), "--document=1", "--json", BYTES[0], BYTES[1]).out())
        .isEqualTo("{\"document\":1,\"tokens\":4,\"ids\":[104,105,33,121],\"text\":\"hi!y\"}\n");
  }

  @Test
  void verifiesEveryToken() throws Exception {
    Path prefix = dataset("d", TokenWidth.INT32, new int[][] {{1, 511}, {-100, 3, -100}});
    Run good = inspect(prefix.toString(), "--verify", BYTES[0], BYTES[1]);
    assertThat(good.exitCode()).isZero();
    assertThat(good.err())
        .isEqualTo(
            prefix + ": the files fit; highest id 511 of a vocabulary of 512; 2 masked labels\n");
    assertThat(good.out()).startsWith("dataset     ");
    Path bad = dataset("bad", TokenWidth.INT32, new int[][] {{1}, {1, 512}});
    assertThat(inspect(bad.toString(), "--verify").err())
        .isEqualTo(bad + ": the files fit; highest id 512\n");
    assertRefused(
        bad + ".bin: document 1, token 1: id 512, but the tokenizer has the ids 0 to 511",
        bad.toString(),
        "--verify",
        BYTES[0],
        BYTES[1]);
    Path negative = dataset("negative", TokenWidth.INT32, new int[][] {{1}, {3, -1}});
    assertRefused(
        negative + ".bin: document 1, token 1: id -1, but an id is never negative",
        negative.toString(),
        "--verify");
    Path rewards = dataset("r_reward_document", TokenWidth.INT32, new int[][] {{-1}, {1}, {-3}});
    assertThat(inspect(rewards.toString(), "--verify").exitCode()).isZero();
    Files.write(directory.resolve("d.bin"), new byte[8]);
    assertRefused(
        prefix
            + ".bin: 8 bytes, but "
            + prefix
            + ".idx describes 20: the two files do not belong together or one is cut short",
        prefix.toString(),
        "--verify");
  }

  @Test
  void saysWhatIsMissingOrImpossible() throws Exception {
    Path prefix = dataset("d", TokenWidth.UINT16, new int[][] {{1}, {2}});
    String d = prefix.toString();
    assertRefused("--document 2: " + d + " has the documents 0 to 1", d, "--document", "2");
    assertRefused("--document -1: " + d + " has the documents 0 to 1", d, "--document=-1");
    Path empty = dataset("empty", TokenWidth.UINT16, new int[][] {});
    assertRefused("--document 0: " + empty + " has no documents", empty.toString(), "--document=0");
    assertRefused("--document needs a tokenizer: --tokenizer-type", d, "--document", "1");
    assertRefused("--tokenizer-type is required with --vocab-file", d, "--vocab-file", "x");
    assertRefused("--ids belongs to --document, --sample or --batch", d, "--ids");
    assertRefused(
        directory.resolve("x.idx")
            + ": no such file; a dataset is a prefix with .bin and .idx beside each other (see"
            + " neox-preprocess)",
        directory.resolve("x").toString());
  }

  private Path dataset(String name, TokenWidth width, int[][] documents) throws Exception {
    Path prefix = directory.resolve(name);
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, width)) {
      for (int[] document : documents) {
        writer.addDocument(document, 0, document.length);
      }
      writer.commit();
    }
    return prefix;
  }

  private static Run inspect(String dataset, String... more) {
    List<String> arguments = new ArrayList<>(List.of("inspect", dataset));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  private static void assertRefused(String message, String dataset, String... more) {
    Run run = inspect(dataset, more);
    assertThat(run.err()).isEqualTo("neox-preprocess: " + message + "\n");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }
}
