package neox.converthf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.base.json.Json;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.hf.HfModel;
import neox.weights.safetensors.SafetensorsDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertCommandTest {
  /// Checkpoints of NeoX with the tensors its own converter made of them; see the README there.
  private static final Path GOLDEN =
      Path.of("..", "shared", "weights", "src", "test", "resources", "golden", "checkpoints");

  @TempDir Path directory;

  private String errors = "";

  @Test
  void onePartPerLayerBecomesNeoxsOwnConversion() throws Exception {
    Path out = convert("A_bf16", "--iteration", "20", "--precision", "fp32");
    assertGoldenTensors(out, "A_bf16", DType.FLOAT32);
  }

  @Test
  void oneFilePerRankBecomesNeoxsOwnConversion() throws Exception {
    Path out = convert("A0_nopipe/global_step0");
    assertGoldenTensors(out, "A0_nopipe", DType.FLOAT32);
  }

  @Test
  void tensorParallelRanksBecomeNeoxsOwnConversion() throws Exception {
    Path out = convert("D_mp2/global_step20");
    assertGoldenTensors(out, "D_mp2", DType.FLOAT32);
  }

  @Test
  void aLlamaBecomesNeoxsOwnConversion() throws Exception {
    Path out = convert("C_llama/global_step20");
    assertGoldenTensors(out, "C_llama", DType.FLOAT32);
    assertThat(errors).contains("LlamaForCausalLM with 213,440 parameters in float32");
    JsonNode config = config(out);
    assertThat(config.path("model_type").asText()).isEqualTo("llama");
    assertThat(config.path("num_key_value_heads").asInt()).isEqualTo(2);
    assertThat(config.path("intermediate_size").asInt())
        .as("not the 576 of the file")
        .isEqualTo(192);
    assertThat(config.path("rms_norm_eps").asDouble()).isEqualTo(1e-6);
  }

  @Test
  void writesTheArchitectureAskedFor() throws Exception {
    Path out = convert("C_llama/global_step20", "--architecture", "mistral");
    assertGoldenTensors(out, "C_llama", DType.FLOAT32);
    assertThat(config(out).path("architectures").get(0).asText()).isEqualTo("MistralForCausalLM");
    assertThat(config(out).get("sliding_window").isNull()).isTrue();
    assertThat(run(arguments("C_llama/global_step20", "--architecture", "neox", "--overwrite")))
        .isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .contains(
            "cannot be converted: HF GPTNeoX has layernorm only, not norm: rmsnorm; HF GPTNeoX has"
                + " a plain MLP (gelu, relu, silu, swish, mish), not activation: swiglu; ");
  }

  @Test
  void autoKeepsTheCheckpointsTypeAndTheConfigurationSaysSo() throws Exception {
    Path out = convert("A_bf16/global_step20");
    assertGoldenTensors(out, "A_bf16", DType.BFLOAT16);
    assertThat(config(out).path("torch_dtype").asText()).isEqualTo("bfloat16");
  }

  @Test
  void configurationNamesWhatUpstreamLeavesToDefaults() throws Exception {
    JsonNode config = config(convert("A0_nopipe/global_step0"));
    assertThat(config)
        .isEqualTo(
            Json.parse(
                """
                {"architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox",
                 "vocab_size": 512, "hidden_size": 64, "num_hidden_layers": 3,
                 "num_attention_heads": 4, "intermediate_size": 256,
                 "max_position_embeddings": 64, "hidden_act": "gelu", "rotary_pct": 0.25,
                 "rotary_emb_base": 10000, "rope_theta": 10000.0,
                 "partial_rotary_factor": 0.25, "rope_scaling": null,
                 "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0,
                                     "partial_rotary_factor": 0.25},
                 "use_parallel_residual": true,
                 "attention_bias": true, "layer_norm_eps": 1e-05, "hidden_dropout": 0.0,
                 "attention_dropout": 0.0, "classifier_dropout": 0.1, "initializer_range": 0.02,
                 "tie_word_embeddings": false, "use_cache": true,
                 "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": null,
                 "dtype": "float32", "torch_dtype": "float32"}
                """,
                "expected"));
    assertThat(Json.read(directory.resolve("out/generation_config.json")).toString())
        .isEqualTo(
            "{\"_from_model_config\":true,\"bos_token_id\":0,\"eos_token_id\":0,"
                + "\"pad_token_id\":null}");
  }

  @Test
  void fp16ShardsLoadThroughTheirIndex() throws Exception {
    Path out =
        convert("A0_nopipe/global_step0", "--precision", "fp16", "--max-shard-size", "200KB");
    assertThat(out.resolve("model-00001-of-00003.safetensors")).exists();
    assertThat(config(out).path("torch_dtype").asText()).isEqualTo("float16");
    try (HfModel model = HfModel.open(out)) {
      assertThat(model.names()).hasSize(40);
      assertThat(model.view("2.mlp.linear1.weight").dtype()).isEqualTo(DType.FLOAT16);
    }
  }

  @Test
  void severalConfigurationFilesReplaceTheSavedOnes() throws Exception {
    Path saved = GOLDEN.resolve("A0_nopipe/global_step0/configs/config.yml");
    Path more = Files.writeString(directory.resolve("more.yml"), "layernorm-epsilon: 1.0e-6\n");
    String text = Files.readString(saved).replaceFirst("\"layernorm_epsilon\": [^,]*,", "");
    Path base = Files.writeString(directory.resolve("base.yml"), text);
    Path out =
        convert(
            "A0_nopipe/global_step0",
            "--override-architecture",
            "--config_file",
            base.toString(),
            more.toString());
    assertThat(config(out).path("layer_norm_eps").asDouble()).isEqualTo(1e-6);
  }

  @Test
  void aCharacterTokenizerComesAlong() throws Exception {
    Path out = convert("A0_nopipe/global_step0");
    assertThat(errors)
        .isEqualTo(
            """
            wrote %1$s: GPTNeoXForCausalLM with 215,616 parameters in float32, from iteration 0
            next: neox-generate --model %1$s --prompt 'Once upon a time'
            """
                .formatted(out));
    assertThat(out.resolve("tokenizer.json")).exists();
    assertThat(Json.read(out.resolve("tokenizer_config.json")).path("model_max_length").asInt())
        .isEqualTo(64);
    Path without = convert("A0_nopipe/global_step0", "--overwrite", "--no-save-tokenizer");
    assertThat(without.resolve("tokenizer.json")).doesNotExist();
  }

  @Test
  void refusesNetworksThatHfCannotExpressWithAllReasons() throws Exception {
    Path saved = GOLDEN.resolve("A0_nopipe/global_step0/configs/config.yml");
    String learned = Files.readString(saved).replace("\"rotary\"", "\"learned\"");
    assertRefused(
        learned, "HF GPTNeoX has no learned positions (pos_emb: learned), only rotary ones");
    String alibi = Files.readString(saved).replace("\"rotary\"", "\"alibi\"");
    assertRefused(alibi, "HF GPTNeoX has no alibi (pos_emb: alibi), only rotary positions");
    String rms = Files.readString(saved).replace("\"layernorm\"", "\"rmsnorm\"");
    assertRefused(rms, "HF GPTNeoX has layernorm only, not norm: rmsnorm");
    String tied = Files.readString(saved).replaceFirst("\\{", "{\"gpt_j_tied\": true,");
    assertRefused(tied, "HF GPTNeoX has two norms per block, not the one of gpt_j_tied: true");
    String softsign = Files.readString(saved).replaceFirst("\\{", "{\"activation\": \"softsign\",");
    assertRefused(
        softsign,
        "HF GPTNeoX has a plain MLP (gelu, relu, silu, swish, mish), not activation: softsign");
    String grouped = Files.readString(saved).replaceFirst("\\{", "{\"num_kv_heads\": 2,");
    assertRefused(
        grouped, "HF GPTNeoX has as many key/value heads as query heads, not num_kv_heads: 2 of 4");
  }

  @Test
  void refusesToTouchWhatIsThere() throws Exception {
    Path out = convert("A0_nopipe/global_step0");
    assertThat(run(arguments("A0_nopipe/global_step0"))).isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .isEqualTo("neox-convert-hf: " + out + ": exists already; --overwrite replaces it\n");
    Files.writeString(out.resolve("mine.txt"), "x");
    convert("A0_nopipe/global_step0", "--overwrite");
    assertThat(out.resolve("mine.txt")).doesNotExist();
    Files.delete(out.resolve("config.json"));
    assertThat(run(arguments("A0_nopipe/global_step0", "--overwrite"))).isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .contains(out + ": holds no Hugging Face model, so --overwrite does not delete it");
  }

  @Test
  void refusesTheConfigurationOfAnotherNetworkThoughEveryTensorFits() throws Exception {
    Path golden = GOLDEN.resolve("A0_nopipe/global_step0");
    Path saved = golden.resolve("configs/config.yml");
    String text = Files.readString(saved).replace("_heads\": 4", "_heads\": 2");
    Path yml = Files.writeString(directory.resolve("c.yml"), text);
    String[] options = {"--config_file", yml.toString()};
    String line = "%s:N: num_attention_heads is 2, but the weights were trained with 4 (%s)%s";
    String end = "; set it back, or give --override-architecture to compute with the new value\n";
    assertThat(run(arguments("A0_nopipe/global_step0", options))).isEqualTo(ExitCode.USAGE);
    assertThat(errors.replaceAll("yml:\\d+", "yml:N"))
        .isEqualTo("neox-convert-hf: " + line.formatted(yml, saved + ":N", end));

    Path bare = Files.createDirectory(directory.resolve("global_step7"));
    Path state = bare.resolve("mp_rank_00_model_states.pt");
    Files.copy(golden.resolve(state.getFileName()), state);
    options = new String[] {"--config_file", yml.toString(), "--input-dir", bare.toString()};
    List<String> without = arguments("", options).subList(2, 8);
    assertThat(run(without)).as("without saved configuration").isEqualTo(ExitCode.USAGE);
    assertThat(errors.replaceAll("yml:\\d+", "yml:N"))
        .endsWith(line.formatted(yml, state + ", args", end));
    Files.writeString(yml, Files.readString(saved).replace("CharLevelT", "HFT"));
    List<String> other = new ArrayList<>(without);
    other.addAll(List.of("--vocab-file", yml.toString(), "--no-save-tokenizer"));
    assertThat(run(other)).isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .contains(
            "tokenizer_type is \"HFTokenizer\", but the weights were trained with"
                + " \"CharLevelTokenizer\" (");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void neverDeletesTheCheckpointThatItConverts() throws Exception {
    Path out = convert("A0_nopipe/global_step0");
    Path inside = Files.createDirectories(out.resolve("global_step0"));
    Path state = inside.resolve("mp_rank_00_model_states.pt");
    Files.copy(GOLDEN.resolve("A0_nopipe/global_step0").resolve(state.getFileName()), state);
    List<String> arguments = new ArrayList<>(List.of("--input_dir", inside.toString()));
    arguments.addAll(List.of("--output_dir", out.toString(), "--overwrite"));
    assertThat(run(arguments)).isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .isEqualTo(
            "neox-convert-hf: "
                + out
                + ": --overwrite would delete "
                + inside
                + ", which lies in it; choose another --output_dir\n");
    assertThat(state).exists();
  }

  @Test
  void leavesNothingBehindWhenItFails() throws Exception {
    String config =
        Files.readString(GOLDEN.resolve("A0_nopipe/global_step0/configs/config.yml"))
            .replace("\"num_layers\": 3", "\"num_layers\": 2")
            .replaceFirst("(?s)\"attention_config\".*?\"scaled", "\"scaled");
    Path yml = Files.writeString(directory.resolve("c.yml"), config);
    int code = run(arguments("A0_nopipe/global_step0", "--config_file", yml.toString()));
    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .contains(
            "global_step0: parameter 5.norm.weight of the configured network is in no file; do the"
                + " config files belong to this checkpoint?");
    assertThat(directory).isDirectoryNotContaining("glob:**out*");
  }

  @Test
  void namesBadOptions() throws Exception {
    assertUsage(
        "--architecture gpt2 is not supported; expected one of neox, llama, mistral",
        "--architecture",
        "gpt2");
    assertUsage(
        "--max-shard-size 5XB: expected a size such as 5GB or 500MiB", "--max_shard_size", "5XB");
    assertUsage("--pad-token-id 600: the tokenizer has ids 0 to 511", "--pad-token-id", "600");
    assertThat(run(arguments("A0_nopipe", "--iteration", "4"))).isEqualTo(ExitCode.USAGE);
    assertThat(errors).contains("no checkpoint of iteration 4").contains("there are global_step0");
    Path file = Files.createFile(directory.resolve("out"));
    assertUsage(file + ": is a file; --output_dir needs a directory");
  }

  @Test
  void writesAModelCardThatSaysWhatIsKnown() throws Exception {
    String card = Files.readString(convert("A_bf16/global_step20").resolve("README.md"));
    assertThat(card)
        .startsWith(
            """
            ---
            # license: choose one, such as apache-2.0
            library_name: transformers
            pipeline_tag: text-generation
            tags:
            - gpt-neox
            ---

            # out

            A language model trained with GPT-NeoX or neox, as a `GPTNeoXForCausalLM` of
            """)
        .contains(
            "\n| parameters | 215,616 |\n",
            "\n| type of the weights | bfloat16 |\n",
            "\n| rotary_pct | 0.25 |\n",
            "\n| gpt_j_residual | true |\n",
            "\n| steps | 20 |\n",
            "\n| samples | 160 |\n",
            "\n| tokens | 10240 |\n",
            "\n| optimizer.params.lr | 0.003 |\n",
            "\n    model = AutoModelForCausalLM.from_pretrained(\"out\")".strip());
  }

  @Test
  void namesWhatAHuggingFaceDirectoryIsAndWhatReadsIt() throws Exception {
    Path out = convert("A0_nopipe/global_step0");
    List<String> arguments = new ArrayList<>(List.of("--input_dir", out.toString()));
    arguments.addAll(List.of("--output_dir", directory.resolve("again").toString()));
    assertThat(run(arguments)).isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .isEqualTo(
            "neox-convert-hf: "
                + out
                + ": is a Hugging Face model already (it has a config.json); expected a checkpoint"
                + " of NeoX. To use it as it is: neox-generate --model "
                + out
                + ". To make a checkpoint of it: --from-hf\n");
  }

  @Test
  void writesThePaddingTokenAskedFor() throws Exception {
    JsonNode config = config(convert("A0_nopipe/global_step0", "--pad-token-id", "1"));
    assertThat(config.path("pad_token_id").asInt()).isEqualTo(1);
  }

  @Test
  void cutsThePaddingOffTheVocabulary() throws Exception {
    Path whole = convert("A0_nopipe/global_step0");
    Path kept = directory.resolve("whole");
    Files.move(whole, kept);
    Path cut = convert("A0_nopipe/global_step0", "--true-vocab-size", "tokenizer");
    assertThat(config(cut).path("vocab_size").asInt()).as("all are tokens").isEqualTo(512);
    cut =
        convert(
            "A0_nopipe/global_step0",
            "--true-vocab-size",
            "300",
            "--overwrite",
            "--override-architecture",
            "--no-save-tokenizer",
            "--config_file",
            withTokenizerOf300());
    assertThat(config(cut).path("vocab_size").asInt()).isEqualTo(300);
    try (HfModel model = HfModel.open(cut);
        HfModel before = HfModel.open(kept)) {
      for (String name : before.names()) {
        TensorView a = before.view(name);
        TensorView b = model.view(name);
        boolean isTable = name.endsWith("word_embeddings.weight") || name.endsWith("linear.weight");
        assertThat(b.shape()).isEqualTo(isTable ? a.shape().with(0, 300) : a.shape());
        assertThat(b.bytes().mismatch(a.bytes().asSlice(0, b.bytes().byteSize())))
            .as(name)
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void refusesVocabularySizesThatDoNotFit() throws Exception {
    assertUsage(
        "--true-vocab-size 500 would cut off tokens: the tokenizer has 512",
        "--true-vocab-size",
        "500");
    assertUsage(
        "--true-vocab-size 513: the embedding of "
            + GOLDEN.resolve("A0_nopipe/global_step0")
            + " has 512 rows only",
        "--true-vocab-size",
        "513");
    for (String bad : List.of("0", "-1", "many")) {
      assertUsage(
          "--true-vocab-size "
              + bad
              + ": expected a number of tokens above 0, or the word tokenizer",
          "--true-vocab-size=" + bad);
    }
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void refusesWhatAnotherFormatHas() {
    assertUsage(
        "--precision goes with --format hf only; leave it out",
        "--format",
        "neox",
        "--precision",
        "bf16");
    assertUsage(
        "--architecture goes with --format hf or gguf only; leave it out",
        "--format",
        "neox",
        "--architecture",
        "llama");
  }

  @Test
  void theOlderOrderOfGroupedRowsIsForGroupedQueriesAndCannotBeVerified() throws Exception {
    assertUsage(
        GOLDEN.resolve("A0_nopipe/global_step0")
            + ": --gqa-layout heads is for checkpoints of GPT-NeoX with fewer key heads than query"
            + " heads, which this is not; leave it out",
        "--gqa-layout",
        "heads");
    Path today = convert("C_llama/global_step20");
    Path kept = directory.resolve("today");
    Files.move(today, kept);
    Path older = convert("C_llama/global_step20", "--gqa-layout", "heads");
    try (HfModel a = HfModel.open(kept);
        HfModel b = HfModel.open(older)) {
      for (String name : a.names()) {
        boolean moved = name.contains("query_key_value");
        assertThat(a.view(name).bytes().mismatch(b.view(name).bytes()) >= 0)
            .as(name)
            .isEqualTo(moved);
      }
    }
    assertUsage(
        "--verify reads the checkpoint as GPT-NeoX does today, not with --gqa-layout heads; convert"
            + " it with --format neox first",
        "--gqa-layout",
        "heads",
        "--verify",
        "--overwrite");
  }

  @Test
  void verifiesACheckpointAgainstHuggingFaceAlone() {
    assertUsage(
        "--verify compares a NeoX checkpoint with a Hugging Face directory made of it; leave it out",
        "--verify",
        "--format",
        "neox");
  }

  @Test
  void replacesASingleCheckpointButNoRun() throws Exception {
    Path out = convert("A0_nopipe/global_step0", "--format", "neox");
    convert("A0_nopipe/global_step0", "--format", "neox", "--overwrite");
    Files.createDirectory(out.resolve("global_step7"));
    assertUsage(
        out + ": holds no single checkpoint of NeoX, so --overwrite does not delete it",
        "--format",
        "neox",
        "--overwrite");
  }

  @Test
  void saysWhichDirectoriesItNeeds() {
    assertThat(run(List.of())).isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .isEqualTo(
            "neox-convert-hf: --input_dir and --output_dir are required; see neox-convert-hf"
                + " --help\n");
    assertThat(run(List.of("--input-dir", "x"))).isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .isEqualTo("neox-convert-hf: --output_dir is required; see neox-convert-hf --help\n");
  }

  /// The configuration of `A0_nopipe` with a tokenizer that has fewer tokens than its embedding
  /// rows.
  private String withTokenizerOf300() throws IOException {
    Path vocab = directory.resolve("vocab.json");
    Map<String, Integer> tokens = new LinkedHashMap<>();
    for (int id = 0; id < 299; id++) {
      tokens.put("t" + id, id);
    }
    tokens.put("<|endoftext|>", 299);
    Files.writeString(vocab, Json.line(tokens));
    Path merges = Files.writeString(directory.resolve("merges.txt"), "#version: 0.2\n");
    String text =
        Files.readString(GOLDEN.resolve("A0_nopipe/global_step0/configs/config.yml"))
            .replace("CharLevelTokenizer", "GPT2BPETokenizer")
            .replaceFirst(
                "\\{", "{\"vocab_file\": \"" + vocab + "\", \"merge_file\": \"" + merges + "\",");
    return Files.writeString(directory.resolve("gpt2.yml"), text).toString();
  }

  private void assertRefused(String config, String reason) throws Exception {
    Path yml = Files.writeString(directory.resolve("c.yml"), config);
    assertThat(run(arguments("A0_nopipe", "--iteration", "0", "--config_file", yml.toString())))
        .isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .isEqualTo(
            "neox-convert-hf: "
                + GOLDEN.resolve("A0_nopipe/global_step0")
                + ": cannot be converted: "
                + reason
                + "\n");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  private void assertUsage(String message, String... options) {
    assertThat(run(arguments("A0_nopipe/global_step0", options))).isEqualTo(ExitCode.USAGE);
    assertThat(errors).contains(message);
  }

  private static void assertGoldenTensors(Path out, String golden, DType dtype) throws Exception {
    TreeSet<String> lines = new TreeSet<>();
    try (TensorStore store = SafetensorsDirectory.open(out)) {
      for (String name : store.names()) {
        TensorView view = store.view(name);
        assertThat(view.dtype()).isEqualTo(dtype);
        byte[] fp32 = Floats.convert(view, DType.FLOAT32).bytes().toArray(ValueLayout.JAVA_BYTE);
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(fp32));
        lines.add(name + " " + view.shape() + " " + digest);
      }
    }
    assertThat(List.copyOf(lines))
        .isEqualTo(Files.readAllLines(GOLDEN.resolve(golden + ".hf.txt")));
  }

  private Path convert(String checkpoint, String... options) {
    int code = run(arguments(checkpoint, options));
    assertThat(code).as(errors).isEqualTo(ExitCode.OK);
    return directory.resolve("out");
  }

  private List<String> arguments(String checkpoint, String... options) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--input_dir", GOLDEN.resolve(checkpoint).toString()));
    arguments.addAll(List.of("--output_dir", directory.resolve("out").toString()));
    arguments.addAll(List.of(options));
    return arguments;
  }

  private int run(List<String> arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    int code =
        Tool.run(
            new ConvertCommand(),
            arguments.toArray(String[]::new),
            InputStream.nullInputStream(),
            stream,
            stream);
    errors = err.toString(StandardCharsets.UTF_8);
    return code;
  }

  private static JsonNode config(Path out) throws IOException {
    return Json.read(out.resolve("config.json"));
  }
}
