import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Makes what an evaluation needs: a model of Pythia-70m's shape with random weights, as transformers
/// saves it, a corpus for its tokenizer, and questions of four choices made of common words.
///
/// Usage: MakeModel.java DIR QUESTIONS
public final class MakeModel {
  private static final int HIDDEN = 512;
  private static final int LAYERS = 6;
  private static final int VOCAB = 50_304;

  private static final List<String> WORDS =
      List.of(
          ("the of and to in is that it was for on are as with they at be this from have or by one"
                  + " had not but what all were when we there can an your which their said if do"
                  + " will each about how up out them then she many some so these would other into"
                  + " has more two like him see time could no make than first been its who now"
                  + " people my made over did down only way find use may water long little very"
                  + " after words called just where most know energy temperature pressure cell"
                  + " organism electron gravity planet mineral volcano erosion predator bacteria"
                  + " current magnetic solution experiment muscle nerve artery bone tissue")
              .split(" "));

  private final Random random = new Random(7);

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    int questions = Integer.parseInt(args[1]);
    MakeModel make = new MakeModel();
    make.model(directory.resolve("model"));
    make.corpus(directory.resolve("corpus.jsonl"));
    make.arc(directory.resolve("data/arc_easy"), questions);
    make.mmlu(directory.resolve("data/mmlu_anatomy"), questions);
  }

  private void model(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(
        directory.resolve("config.json"),
        """
        {"architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox", "bos_token_id": 0,
         "eos_token_id": 0, "hidden_act": "gelu", "hidden_size": %d, "initializer_range": 0.02,
         "intermediate_size": %d, "layer_norm_eps": 1e-05, "max_position_embeddings": 2048,
         "num_attention_heads": 8, "num_hidden_layers": %d, "rotary_emb_base": 10000,
         "rotary_pct": 0.25, "tie_word_embeddings": false, "torch_dtype": "float32",
         "use_cache": true, "use_parallel_residual": true, "vocab_size": %d}
        """
            .formatted(HIDDEN, 4 * HIDDEN, LAYERS, VOCAB));
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"eos_token\": \"<|endoftext|>\"}");
    weights(directory.resolve("model.safetensors"));
  }

  private static Map<String, int[]> shapes() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    shapes.put("gpt_neox.embed_in.weight", new int[] {VOCAB, HIDDEN});
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = "gpt_neox.layers." + layer + ".";
      norm(shapes, prefix + "input_layernorm");
      norm(shapes, prefix + "post_attention_layernorm");
      linear(shapes, prefix + "attention.query_key_value", 3 * HIDDEN, HIDDEN);
      linear(shapes, prefix + "attention.dense", HIDDEN, HIDDEN);
      linear(shapes, prefix + "mlp.dense_h_to_4h", 4 * HIDDEN, HIDDEN);
      linear(shapes, prefix + "mlp.dense_4h_to_h", HIDDEN, 4 * HIDDEN);
    }
    norm(shapes, "gpt_neox.final_layer_norm");
    shapes.put("embed_out.weight", new int[] {VOCAB, HIDDEN});
    return shapes;
  }

  private static void norm(Map<String, int[]> shapes, String name) {
    shapes.put(name + ".weight", new int[] {HIDDEN});
    shapes.put(name + ".bias", new int[] {HIDDEN});
  }

  private static void linear(Map<String, int[]> shapes, String name, int out, int in) {
    shapes.put(name + ".weight", new int[] {out, in});
    shapes.put(name + ".bias", new int[] {out});
  }

  /// Norms are 1, biases 0, matrices uniform with a deviation of 0.02.
  private void weights(Path file) throws IOException {
    Map<String, int[]> shapes = shapes();
    List<String> entries = new ArrayList<>();
    long end = 0;
    for (var shape : shapes.entrySet()) {
      long start = end;
      end += 4L * IntStream.of(shape.getValue()).reduce(1, Math::multiplyExact);
      String sizes =
          IntStream.of(shape.getValue()).mapToObj(String::valueOf).collect(Collectors.joining(","));
      entries.add(
          String.format(
              Locale.ROOT,
              "\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%d,%d]}",
              shape.getKey(), sizes, start, end));
    }
    String json = "{" + String.join(",", entries) + "}";
    String aligned = json + " ".repeat(-json.length() & 7); // as every writer of the format does
    byte[] header = aligned.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(8 + header.length + end)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    for (var shape : shapes.entrySet()) {
      int count = IntStream.of(shape.getValue()).reduce(1, Math::multiplyExact);
      boolean isMatrix = shape.getValue().length == 2;
      float constant = shape.getKey().contains("norm.weight") ? 1 : 0;
      for (int i = 0; i < count; i++) {
        bytes.putFloat(isMatrix ? (random.nextFloat() - 0.5f) * 0.07f : constant);
      }
    }
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      bytes.flip();
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
  }

  private String words(int from, int to) {
    return IntStream.range(0, random.nextInt(from, to))
        .mapToObj(_ -> WORDS.get(random.nextInt(WORDS.size())))
        .collect(Collectors.joining(" "));
  }

  private void corpus(Path file) throws IOException {
    lines(file, 2000, () -> "{\"text\": \"" + words(10, 60) + ". Question: Answer: A. B. C. D.\"}");
  }

  private void arc(Path directory, int questions) throws IOException {
    Files.createDirectories(directory);
    lines(
        directory.resolve("test.jsonl"),
        questions,
        () ->
            """
            {"question": "%s?", "choices": {"text": [%s], "label": ["A","B","C","D"]}, "answerKey": "%s"}"""
                .formatted(words(10, 32), choices(1, 8), "ABCD".charAt(random.nextInt(4))));
  }

  private void mmlu(Path directory, int questions) throws IOException {
    Files.createDirectories(directory);
    for (String split : List.of("dev", "validation", "test")) {
      lines(
          directory.resolve(split + ".jsonl"),
          split.equals("test") ? questions : 5,
          () ->
              "{\"question\": \"%s?\", \"subject\": \"anatomy\", \"choices\": [%s], \"answer\": %d}"
                  .formatted(words(10, 50), choices(2, 12), random.nextInt(4)));
    }
  }

  private String choices(int from, int to) {
    return IntStream.range(0, 4)
        .mapToObj(_ -> "\"" + words(from, to) + "\"")
        .collect(Collectors.joining(", "));
  }

  private static void lines(Path file, int count, Supplier<String> line)
      throws IOException {
    Files.write(file, IntStream.range(0, count).mapToObj(_ -> line.get()).toList());
  }
}
