package neox.weights.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import neox.base.UserException;
import neox.config.model.Activation;
import neox.config.model.HeadConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;
import neox.weights.CountedWeights;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Golden;
import neox.weights.InMemory;
import neox.weights.Models;
import neox.weights.Scratch;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.gguf.GgufVocabulary.Kind;
import neox.weights.gguf.GgufVocabulary.Special;
import neox.weights.gguf.GgufVocabulary.Token;
import neox.weights.hf.HfFamily;
import neox.weights.spec.NetworkSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFileTest {
  private static final int ROWS = 96;
  private static final int F32 = 0;
  private static final int F16 = 1;
  private static final int Q8_0 = 8;
  private static final int BF16 = 30;

  @TempDir Path directory;

  private static final Special SPECIAL =
      new Special(
          OptionalInt.of(0),
          OptionalInt.of(1),
          OptionalInt.empty(),
          OptionalInt.empty(),
          false,
          false);

  private GgufReader.Content write(ModelConfig model, TensorStore weights, OutType type)
      throws IOException {
    return write(model, weights, type, new GgufVocabulary.None());
  }

  private GgufReader.Content write(
      ModelConfig model, TensorStore weights, OutType type, GgufVocabulary vocabulary)
      throws IOException {
    Path file = directory.resolve("m.gguf");
    HfFamily family = HfFamily.of(model);
    assertThat(family.obstacles(model)).isEmpty();
    assertThat(GgufFile.obstacles(family, model)).isEmpty();
    NetworkSpec network = NetworkSpec.of(model, ROWS);
    GgufFile content = new GgufFile("my model", family, network, weights, vocabulary, type);
    List<Long> told = new ArrayList<>();
    content.write(file, told::add);
    assertThat(told.stream().mapToLong(Long::longValue).sum()).isEqualTo(content.byteSize());
    return GgufReader.read(file);
  }

  private static TensorStore counted(ModelConfig model) {
    return new CountedWeights(NetworkSpec.of(model, ROWS));
  }

  private static double[] rows(TensorView view, int columns, int... rows) {
    double[] all = Golden.values(view);
    double[] picked = new double[rows.length * columns];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(all, rows[i] * columns, picked, i * columns, columns);
    }
    return picked;
  }

  @Test
  void gptneoxHasEveryFieldOfTheSpecification() throws IOException {
    ModelConfig model = Models.pythia();
    GgufReader.Content file = write(model, counted(model), OutType.F32);
    assertThat(new ArrayList<>(file.metadata().keySet()))
        .containsExactly(
            "general.architecture",
            "general.type",
            "general.name",
            "general.size_label",
            "gptneox.context_length",
            "gptneox.embedding_length",
            "gptneox.block_count",
            "gptneox.feed_forward_length",
            "gptneox.attention.head_count",
            "gptneox.use_parallel_residual",
            "gptneox.attention.layer_norm_epsilon",
            "gptneox.rope.dimension_count",
            "gptneox.rope.freq_base",
            "gptneox.vocab_size",
            "general.file_type",
            "general.quantization_version",
            "tokenizer.ggml.model");
    assertThat(file.get("general.architecture")).isEqualTo("gptneox");
    assertThat(file.get("general.type")).isEqualTo("model");
    assertThat(file.get("general.name")).isEqualTo("my model");
    assertThat(file.get("general.size_label")).isEqualTo("162K");
    assertThat(file.get("gptneox.context_length")).isEqualTo(64L);
    assertThat(file.get("gptneox.embedding_length")).isEqualTo(64L);
    assertThat(file.get("gptneox.block_count")).isEqualTo(3L);
    assertThat(file.get("gptneox.feed_forward_length")).isEqualTo(256L);
    assertThat(file.get("gptneox.attention.head_count")).isEqualTo(4L);
    assertThat(file.get("gptneox.use_parallel_residual")).isEqualTo(true);
    assertThat(file.get("gptneox.attention.layer_norm_epsilon")).isEqualTo(1e-5f);
    assertThat(file.get("gptneox.rope.dimension_count")).isEqualTo(4L);
    assertThat(file.get("gptneox.rope.freq_base")).isEqualTo(10000f);
    assertThat(file.get("gptneox.vocab_size")).isEqualTo(96L);
    assertThat(file.get("general.file_type")).isEqualTo(0L);
    assertThat(file.get("general.quantization_version")).isEqualTo(2L);
    assertThat(file.get("tokenizer.ggml.model")).isEqualTo("none");
  }

  @Test
  void gptneoxHasItsTensorsInLlamaCppsOrder() throws IOException {
    ModelConfig model = Models.pythia();
    TensorStore neox = counted(model);
    GgufReader.Content file = write(model, neox, OutType.F32);
    assertThat(new TreeSet<>(file.tensors().keySet()))
        .hasSize(3 * 12 + 4)
        .contains("token_embd.weight", "output.weight", "output_norm.weight", "output_norm.bias")
        .contains("blk.2.attn_norm.bias", "blk.2.ffn_norm.weight", "blk.2.ffn_down.bias");
    GgufReader.Tensor table = file.tensor("token_embd.weight");
    assertThat(table.sizes()).containsExactly(64L, 96L);
    assertThat(GgufReader.numbers(table))
        .isEqualTo(Golden.values(neox.view("0.word_embeddings.weight")));
    assertThat(GgufReader.numbers(file.tensor("blk.1.ffn_up.bias")))
        .isEqualTo(Golden.values(neox.view("3.mlp.linear1.bias")));
    assertThat(GgufReader.numbers(file.tensor("blk.1.attn_norm.weight")))
        .isEqualTo(Golden.values(neox.view("3.input_layernorm.weight")));

    // [heads, 3, headDim] becomes [3, heads, headDim]
    int[] order = new int[192];
    for (int part = 0; part < 3; part++) {
      for (int head = 0; head < 4; head++) {
        for (int dim = 0; dim < 16; dim++) {
          order[part * 64 + head * 16 + dim] = head * 48 + part * 16 + dim;
        }
      }
    }
    assertThat(GgufReader.numbers(file.tensor("blk.0.attn_qkv.weight")))
        .isEqualTo(rows(neox.view("2.attention.query_key_value.weight"), 64, order));
    assertThat(GgufReader.numbers(file.tensor("blk.0.attn_qkv.bias")))
        .isEqualTo(rows(neox.view("2.attention.query_key_value.bias"), 1, order));
  }

  @Test
  void llamaHasItsFieldsAndNeighbouringDims() throws IOException {
    ModelConfig model = Models.llama();
    TensorStore neox = counted(model);
    GgufReader.Content file = write(model, neox, OutType.F32);
    assertThat(file.get("general.architecture")).isEqualTo("llama");
    assertThat(file.get("llama.attention.head_count")).isEqualTo(4L);
    assertThat(file.get("llama.attention.head_count_kv")).isEqualTo(2L);
    assertThat(file.get("llama.attention.layer_norm_rms_epsilon")).isEqualTo(1e-6f);
    assertThat(file.get("llama.attention.key_length")).isEqualTo(16L);
    assertThat(file.get("llama.attention.value_length")).isEqualTo(16L);
    assertThat(file.get("llama.rope.dimension_count")).isEqualTo(16L);
    assertThat(file.get("llama.feed_forward_length")).isEqualTo(192L);
    assertThat(file.get("llama.vocab_size")).isEqualTo(96L);
    assertThat(file.tensors()).hasSize(3 * 9 + 3);

    TensorView joined = neox.view("2.attention.query_key_value.weight"); // q 64, k 32, v 32 rows
    int[] queries = new int[64];
    int[] keys = new int[32];
    int[] values = new int[32];
    for (int row = 0; row < 64; row++) {
      int dim = row % 16;
      queries[row] = row - dim + (dim % 2 == 0 ? dim / 2 : 8 + dim / 2);
    }
    for (int row = 0; row < 32; row++) {
      keys[row] = 64 + queries[row];
      values[row] = 96 + row;
    }
    assertThat(GgufReader.numbers(file.tensor("blk.0.attn_q.weight")))
        .isEqualTo(rows(joined, 64, queries));
    assertThat(GgufReader.numbers(file.tensor("blk.0.attn_k.weight")))
        .isEqualTo(rows(joined, 64, keys));
    assertThat(GgufReader.numbers(file.tensor("blk.0.attn_v.weight")))
        .isEqualTo(rows(joined, 64, values));
    double[] widen = Golden.values(neox.view("2.mlp.linear1.weight")); // up, then gate
    double[] up = GgufReader.numbers(file.tensor("blk.0.ffn_up.weight"));
    double[] gate = GgufReader.numbers(file.tensor("blk.0.ffn_gate.weight"));
    assertThat(up).hasSize(192 * 64).startsWith(widen[0], widen[1]);
    assertThat(gate).hasSize(192 * 64).startsWith(widen[192 * 64], widen[192 * 64 + 1]);
  }

  @Test
  void headsOfTheirOwnKeysAreTakenApartHeadByHead() throws IOException {
    ModelConfig model = Models.llama().withDims(Models.llama().dims().withKvHeads(4));
    TensorStore neox = counted(model);
    GgufReader.Content file = write(model, neox, OutType.F32);
    int[] values = new int[64];
    for (int row = 0; row < 64; row++) {
      values[row] = row / 16 * 48 + 32 + row % 16;
    }
    assertThat(GgufReader.numbers(file.tensor("blk.1.attn_v.weight")))
        .isEqualTo(rows(neox.view("3.attention.query_key_value.weight"), 64, values));
  }

  @Test
  void writesWhatLlamaCppAsksForAndTheNetworkLeavesOut() throws IOException {
    ModelConfig model =
        Models.pythia()
            .withHead(new HeadConfig(true))
            .withTransformers(b -> b.withAttention(b.attention().withBias(false)));
    GgufReader.Content file = write(model, scaled(counted(model)), OutType.F16);
    assertThat(GgufReader.numbers(file.tensor("blk.2.attn_qkv.bias"))).hasSize(192).containsOnly(0);
    assertThat(GgufReader.numbers(file.tensor("blk.0.attn_output.bias")))
        .hasSize(64)
        .containsOnly(0);
    assertThat(file.tensor("output.weight").bytes())
        .isEqualTo(file.tensor("token_embd.weight").bytes());
    ModelConfig llama = Models.llama().withHead(new HeadConfig(true));
    assertThat(write(llama, counted(llama), OutType.F32).tensors())
        .doesNotContainKey("output.weight");
  }

  @Test
  void everyTypeIsWrittenWhereTheConverterWritesIt() throws IOException {
    ModelConfig model = Models.pythia();
    TensorStore neox = counted(model);
    double[] exact = Golden.values(neox.view("0.word_embeddings.weight"));
    Map<OutType, Long> fileTypes =
        Map.of(OutType.F32, 0L, OutType.F16, 1L, OutType.BF16, 32L, OutType.Q8_0, 7L);
    Map<OutType, Integer> types =
        Map.of(OutType.F32, F32, OutType.F16, F16, OutType.BF16, BF16, OutType.Q8_0, Q8_0);
    for (OutType out : OutType.values()) {
      GgufReader.Content file = write(model, scaled(neox), out);
      assertThat(file.get("general.file_type")).isEqualTo(fileTypes.get(out));
      assertThat(file.tensor("token_embd.weight").type()).isEqualTo(types.get(out));
      assertThat(file.tensor("blk.0.ffn_norm.weight").type()).isEqualTo(F32);
      assertThat(file.tensor("blk.0.attn_qkv.bias").type()).isEqualTo(F32);
      double[] numbers = GgufReader.numbers(file.tensor("token_embd.weight"));
      for (int i = 0; i < exact.length; i++) {
        double number = exact[i] / SCALE;
        double step =
            switch (out) {
              case F32 -> 0;
              case F16 -> Math.ulp((float) number) * (1 << 13);
              case BF16 -> Math.ulp((float) number) * (1 << 16);
              case Q8_0 -> blockMax(exact, i) / SCALE / 127;
            };
        // the scale of a block is a half float itself
        double ofScale = out == OutType.Q8_0 ? number * 0x1p-11 : 0;
        assertThat(Math.abs(numbers[i] - number)).isLessThanOrEqualTo(step / 2 + ofScale);
      }
    }
  }

  private static final double SCALE = 1024;

  private static double blockMax(double[] numbers, int i) {
    double largest = 0;
    for (int k = i / 32 * 32; k < i / 32 * 32 + 32; k++) {
      largest = Math.max(largest, Math.abs(numbers[k]));
    }
    return largest;
  }

  private static TensorStore scaled(TensorStore store) {
    return changed(store, x -> (float) (x / SCALE));
  }

  private interface Change {
    float of(double number);
  }

  private static TensorStore changed(TensorStore store, Change change) {
    return new TensorStore() {
      @Override
      public Set<String> names() {
        return store.names();
      }

      @Override
      public TensorView view(String name) {
        TensorView view = store.view(name);
        float[] values = new float[(int) view.shape().count()];
        for (int i = 0; i < values.length; i++) {
          values[i] = change.of(Floats.get(view, i));
        }
        return new TensorView(DType.FLOAT32, view.shape(), MemorySegment.ofArray(values));
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void storedTypesThatAreTheRightOnesAreCopiedBitForBit() throws IOException {
    ModelConfig model = Models.pythia();
    TensorStore neox = counted(model);
    TensorStore half =
        new TensorStore() {
          @Override
          public Set<String> names() {
            return neox.names();
          }

          @Override
          public TensorView view(String name) {
            return Floats.convert(neox.view(name), DType.BFLOAT16);
          }

          @Override
          public void close() {}
        };
    GgufReader.Content file = write(model, half, OutType.BF16);
    assertThat(file.tensor("blk.0.ffn_down.weight").bytes())
        .isEqualTo(Golden.bytes(half.view("2.mlp.linear2.weight")));
    assertThat(GgufReader.numbers(file.tensor("blk.0.ffn_down.bias")))
        .isEqualTo(Golden.values(half.view("2.mlp.linear2.bias")));
  }

  @Test
  void rowsThatDoNotFillBlocksBecomeF16() throws IOException {
    ModelConfig model = Models.pythia(72);
    GgufReader.Content file = write(model, scaled(counted(model)), OutType.Q8_0);
    assertThat(file.tensor("blk.0.ffn_down.weight").type()).isEqualTo(F16);
    assertThat(file.tensor("blk.0.ffn_up.weight").type()).isEqualTo(Q8_0);
  }

  @Test
  void blocksAreThoseOfGgmlsReference() throws IOException {
    for (String line : Files.readAllLines(Golden.path("gguf/q8_0.tsv"))) {
      String[] parts = line.split("\t", -1);
      byte[] numbers = HexFormat.of().parseHex(parts[0]);
      Q8Blocks blocks = new Q8Blocks(new InMemory(MemorySegment.ofArray(numbers)), "x");
      assertThat(HexFormat.of().formatHex(read(blocks, 0, 34))).isEqualTo(parts[1]);
    }
  }

  private static byte[] read(Q8Blocks blocks, int from, int to) throws IOException {
    byte[] bytes = new byte[to - from];
    try (Scratch scratch = new Scratch()) {
      blocks.read(from, MemorySegment.ofArray(bytes), scratch);
    }
    return bytes;
  }

  @Test
  void anyPartOfBlocksCanBeRead() throws IOException {
    float[] numbers = new float[96];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) Math.sin(i);
    }
    Q8Blocks blocks = new Q8Blocks(new InMemory(MemorySegment.ofArray(numbers)), "x");
    byte[] all = read(blocks, 0, 102);
    for (int from = 0; from < 102; from += 5) {
      for (int to = from; to <= 102; to += 7) {
        assertThat(read(blocks, from, to)).isEqualTo(Arrays.copyOfRange(all, from, to));
      }
    }
  }

  @Test
  void refusesNumbersThatATypeCannotHold() {
    ModelConfig model = Models.pythia();
    TensorStore large = changed(counted(model), x -> 70_000);
    assertThatThrownBy(() -> write(model, large, OutType.F16))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "token_embd.weight holds 70000.0, too large for f16; use --outtype bf16 or f32");
    TensorStore infinite = changed(counted(model), x -> Float.NEGATIVE_INFINITY);
    assertThatThrownBy(() -> write(model, infinite, OutType.Q8_0))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "token_embd.weight holds Infinity, which blocks of q8_0 cannot hold; use --outtype bf16"
                + " or f32");
    TensorStore huge = changed(counted(model), x -> 1e9f);
    assertThatThrownBy(() -> write(model, huge, OutType.Q8_0))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "token_embd.weight holds 1.0E9, which blocks of q8_0 cannot hold; use --outtype bf16 or"
                + " f32");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void positionsBeyondThoseOfTrainingAreTold() throws IOException {
    ModelConfig linear =
        Models.llama().withPositions(new Positions.Rotary(1, 500_000, new RotaryScaling.Linear(4)));
    GgufReader.Content file = write(linear, counted(linear), OutType.F32);
    assertThat(file.get("llama.rope.freq_base")).isEqualTo(500_000f);
    assertThat(file.get("llama.rope.scaling.type")).isEqualTo("linear");
    assertThat(file.get("llama.rope.scaling.factor")).isEqualTo(4f);
    ModelConfig yarn =
        Models.llama()
            .withPositions(
                new Positions.Rotary(1, 10_000, new RotaryScaling.Yarn(8, 32, 16, 2, 1.5)));
    file = write(yarn, counted(yarn), OutType.F32);
    assertThat(file.get("llama.rope.scaling.type")).isEqualTo("yarn");
    assertThat(file.get("llama.rope.scaling.original_context_length")).isEqualTo(32L);
    assertThat((Float) file.get("llama.rope.scaling.attn_factor"))
        .isEqualTo((float) (1.5 / (0.1 * Math.log(8) + 1)));
    assertThat(file.get("llama.rope.scaling.yarn_beta_fast")).isEqualTo(16f);
    assertThat(file.get("llama.rope.scaling.yarn_beta_slow")).isEqualTo(2f);
  }

  /// As the code published with Llama 3.1 divides frequencies, wave by wave.
  @Test
  void positionsOfLlama31AreTheFactorsOfItsWaves() throws IOException {
    RotaryScaling scaling = new RotaryScaling.Llama3(8, 64, 1, 4);
    ModelConfig model = Models.llama().withPositions(new Positions.Rotary(1, 100, scaling));
    GgufReader.Content file = write(model, scaled(counted(model)), OutType.F16);
    assertThat(file.metadata()).doesNotContainKey("llama.rope.scaling.type");
    GgufReader.Tensor factors = file.tensor("rope_freqs.weight");
    assertThat(factors.type()).isEqualTo(F32);
    double[] expected = new double[8];
    for (int i = 0; i < 8; i++) {
      double frequency = 1 / Math.pow(100, i / 8.0);
      double wave = 2 * Math.PI / frequency;
      double smooth = (64 / wave - 1) / (4 - 1);
      double scaled =
          wave < 64 / 4.0
              ? frequency
              : wave > 64 ? frequency / 8 : (1 - smooth) * frequency / 8 + smooth * frequency;
      expected[i] = (float) (frequency / scaled);
    }
    assertThat(expected).contains(1, 8);
    assertThat(GgufReader.numbers(factors)).containsExactly(expected, offset(1e-6));
    ModelConfig neox = Models.pythia().withPositions(new Positions.Rotary(0.25, 10_000, scaling));
    assertThat(GgufFile.obstacles(HfFamily.of(neox), neox))
        .containsExactly("GGUF's gptneox has no rope_scaling of Llama 3.1 (rope_type: llama3)");
  }

  @Test
  void anActivationThatLlamaCppDoesNotComputeIsAnObstacle() {
    ModelConfig model =
        Models.pythia().withTransformers(b -> b.withMlp(b.mlp().withActivation(Activation.RELU)));
    assertThat(GgufFile.obstacles(HfFamily.of(model), model))
        .containsExactly("GGUF's gptneox has gelu alone, not activation: relu");
  }

  @Test
  void aSlidingWindowIsAnObstacle() {
    ModelConfig model =
        Models.llama()
            .withTransformers(b -> b.withAttention(b.attention().withWindow(OptionalInt.of(16))));
    assertThat(GgufFile.obstacles(HfFamily.of(model), model))
        .containsExactly("GGUF's llama has no sliding window, not sliding_window_width: 16");
  }

  @Test
  void vocabulariesArePaddedToTheEmbedding() throws IOException {
    ModelConfig model = Models.pythia();
    List<Token> tokens =
        List.of(
            new Token("<|endoftext|>", Kind.CONTROL),
            new Token("<|padding|>", Kind.CONTROL),
            new Token("Ġa", Kind.NORMAL),
            new Token("  ", Kind.USER_DEFINED));
    Special special =
        new Special(
            OptionalInt.of(0),
            OptionalInt.of(0),
            OptionalInt.of(0),
            OptionalInt.of(1),
            true,
            false);
    GgufReader.Content file =
        write(
            model,
            counted(model),
            OutType.F32,
            new GgufVocabulary.ByteLevelBpe("gpt-2", tokens, List.of("Ġ a"), special));
    assertThat(file.get("tokenizer.ggml.model")).isEqualTo("gpt2");
    assertThat(file.get("tokenizer.ggml.pre")).isEqualTo("gpt-2");
    assertThat(file.list("tokenizer.ggml.tokens")).hasSize(96).element(95).isEqualTo("[PAD95]");
    assertThat(file.list("tokenizer.ggml.tokens").subList(0, 5))
        .isEqualTo(List.of("<|endoftext|>", "<|padding|>", "Ġa", "  ", "[PAD4]"));
    assertThat(file.list("tokenizer.ggml.token_type").subList(0, 5))
        .isEqualTo(List.of(3L, 3L, 1L, 4L, 5L));
    assertThat(file.list("tokenizer.ggml.merges")).isEqualTo(List.of("Ġ a"));
    assertThat(file.get("tokenizer.ggml.bos_token_id")).isEqualTo(0L);
    assertThat(file.get("tokenizer.ggml.eos_token_id")).isEqualTo(0L);
    assertThat(file.get("tokenizer.ggml.unknown_token_id")).isEqualTo(0L);
    assertThat(file.get("tokenizer.ggml.padding_token_id")).isEqualTo(1L);
    assertThat(file.get("tokenizer.ggml.add_bos_token")).isEqualTo(true);
    assertThat(file.get("tokenizer.ggml.add_eos_token")).isEqualTo(false);
  }

  @Test
  void sentencePiecesHaveScores() throws IOException {
    ModelConfig model = Models.llama();
    List<Token> tokens =
        List.of(
            new Token("<unk>", Kind.UNKNOWN),
            new Token("<0x0A>", Kind.BYTE),
            new Token("▁a", Kind.NORMAL, -1.5f));
    GgufReader.Content file =
        write(
            model,
            counted(model),
            OutType.F32,
            new GgufVocabulary.SentencePiece(tokens, true, SPECIAL));
    assertThat(file.get("tokenizer.ggml.model")).isEqualTo("llama");
    assertThat(file.get("tokenizer.ggml.pre")).isEqualTo("default");
    assertThat(file.list("tokenizer.ggml.scores").subList(1, 4))
        .isEqualTo(List.of(0f, -1.5f, -10_000f));
    assertThat(file.list("tokenizer.ggml.token_type").subList(0, 4))
        .isEqualTo(List.of(2L, 6L, 1L, 5L));
    assertThat(file.get("tokenizer.ggml.add_space_prefix")).isEqualTo(true);
    assertThat(file.metadata()).doesNotContainKey("tokenizer.ggml.unknown_token_id");
  }

  @Test
  void sizeLabelsAreThoseOfTheConverter() {
    assertThat(SizeLabel.of(70_426_624)).isEqualTo("70M");
    assertThat(SizeLabel.of(6_857_302_016L)).isEqualTo("6.9B");
    assertThat(SizeLabel.of(162_000)).isEqualTo("162K");
    assertThat(SizeLabel.of(213)).isEqualTo("0.21K");
    assertThat(SizeLabel.of(20_554_567_680L)).isEqualTo("21B");
    assertThat(SizeLabel.of(1_200_000_000_000L)).isEqualTo("1.2T");
  }
}
