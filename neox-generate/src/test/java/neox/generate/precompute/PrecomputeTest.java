package neox.generate.precompute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import neox.base.ExitCode;
import neox.data.indexed.IndexedFloats;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenWidth;
import neox.generate.ToolRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrecomputeTest {
  private static final int SEQ_LENGTH = 64;

  @TempDir Path directory;

  private Path dataset(String name, String... texts) throws IOException {
    Path prefix = directory.resolve(name);
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, TokenWidth.UINT16)) {
      for (String text : texts) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[utf8.length];
        for (int i = 0; i < tokens.length; i++) {
          tokens[i] = utf8[i];
        }
        writer.addDocument(tokens, 0, tokens.length);
      }
      writer.commit();
    }
    return prefix;
  }

  private ToolRun run(String keys, String... more) throws IOException {
    String saved =
        Files.readString(Path.of(ToolRun.checkpoint()).resolve("global_step20/configs/config.yml"));
    Path config = directory.resolve("data.yml");
    Files.writeString(
        config,
        saved.strip().replaceAll("\"data_path\": \"[^\"]*\",", "").replaceAll("}$", "")
            + ", \"text_gen_type\": \"precompute\", "
            + keys
            + "}");
    String[] args = new String[more.length + 3];
    System.arraycopy(
        new String[] {config.toString(), "--model", ToolRun.checkpoint()}, 0, args, 0, 3);
    System.arraycopy(more, 0, args, 3, more.length);
    return ToolRun.of("", args);
  }

  @Test
  void writesWhatTheModelThinksOfEachTokenOfEveryDataset() throws Exception {
    Path chosen = dataset("good", "The quick brown fox", "x", "a".repeat(80));
    Path rejected = dataset("bad", "The thick", "yy", "b");
    String keys =
        "\"precompute_model_name\": \"base\", \"dataset_impl\": \"pairwise\", \"pack_impl\":"
            + " \"unpacked\", \"pos_train_data_paths\": [\"%s\"], \"neg_train_data_paths\": [\"%s\"]"
                .formatted(chosen, rejected);
    ToolRun result = run(keys, "--batch-size", "2");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.err())
        .isEqualTo(
            """
            wrote %s_base: log-probabilities of 3 documents
            wrote %s_base: log-probabilities of 3 documents
            """
                .formatted(chosen, rejected));
    float[] quick = row(directory.resolve("good_base"), 0);
    assertThat(quick[18]).isZero();
    // The last token of a prompt of its own is as likely as a dataset says.
    JsonNode sample =
        ToolRun.of(
                "",
                "--model",
                ToolRun.checkpoint(),
                "-p",
                "The quick brown",
                "--max-tokens",
                "1",
                "--logprobs=512")
            .lines()
            .getFirst();
    for (JsonNode each : sample.get("logprobs").get(0).get("likeliest")) {
      if (each.get("id").asInt() == ' ') {
        assertThat((double) quick[14]).isEqualTo(each.get("logprob").asDouble(), within(1e-5));
      }
    }
    assertThat(row(directory.resolve("good_base"), 1)).containsOnly(0);
    for (float each : row(directory.resolve("good_base"), 2)) {
      assertThat(each).isNegative();
    }
    ToolRun again = run(keys);
    assertThat(again.err())
        .startsWith(chosen + "_base: is there already, and kept; --overwrite writes it again\n");
    assertThat(again.code()).isEqualTo(ExitCode.OK);
    assertThat(run(keys, "--overwrite").err()).contains("log-probabilities of 3 documents");
    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "data.yml",
              "good.bin",
              "good.idx",
              "bad.bin",
              "bad.idx",
              "good_base.bin",
              "good_base.idx",
              "bad_base.bin",
              "bad_base.idx");
    }
  }

  private static float[] row(Path prefix, long document) throws IOException {
    try (IndexedFloats values = IndexedFloats.open(prefix)) {
      assertThat(values.count()).isEqualTo(3);
      assertThat(values.size(document)).isEqualTo(SEQ_LENGTH);
      float[] row = new float[SEQ_LENGTH];
      values.read(document, SEQ_LENGTH, row);
      return row;
    }
  }

  @Test
  void refusesWhatItCannotReadOrName() throws IOException {
    run("\"train_data_paths\": [\"a\"]")
        .assertRefused(
            "precompute_model_name: required but missing: log-probabilities of the dataset DATA go"
                + " to DATA_NAME, and training finds them by the same NAME");
    run("\"precompute_model_name\": \"m\"")
        .assertRefused(
            "text_gen_type precompute: the configuration names no texts; expected train_data_paths,"
                + " pos_train_data_paths with neg_train_data_paths, or data_path");
    Path missing = directory.resolve("none");
    run("\"precompute_model_name\": \"m\", \"data_path\": \"" + missing + "\"")
        .assertRefused(
            missing
                + ".idx: no such file; a dataset is a prefix with .bin and .idx beside each other"
                + " (see neox-preprocess)");
    assertThat(List.of(directory.toFile().list())).containsExactly("data.yml");
  }
}
