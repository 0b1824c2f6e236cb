package neox.eval;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import neox.base.json.Json;
import neox.tokenizer.training.BpeTrainer;
import neox.weights.DType;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.safetensors.SafetensorsWriter;

/// A GPTNeoX model of two layers with random weights, written as a Hugging Face directory, and its
/// formulas (arXiv:2204.06745) once more in plain Java: the independent opinion.
///
/// t position, h hidden size, d size of a head, r rotated dimensions of it.
final class TinyModel {
  private static final int LAYERS = 2;
  private static final int HIDDEN = 16;
  private static final int HEADS = 2;
  private static final int HEAD = HIDDEN / HEADS;
  private static final int ROTATED = 4;
  private static final int MLP = 64;
  private static final int VOCAB = 320;
  static final int POSITIONS = 512;

  private final Map<String, float[]> weights = new LinkedHashMap<>();
  private final Map<String, Shape> shapes = new LinkedHashMap<>();
  private final Random random = new Random(5);

  TinyModel() {
    parameter("gpt_neox.embed_in.weight", 1, VOCAB, HIDDEN);
    for (int layer = 0; layer < LAYERS; layer++) {
      String block = "gpt_neox.layers." + layer + ".";
      norm(block + "input_layernorm");
      norm(block + "post_attention_layernorm");
      linear(block + "attention.query_key_value", 3 * HIDDEN, HIDDEN);
      linear(block + "attention.dense", HIDDEN, HIDDEN);
      linear(block + "mlp.dense_h_to_4h", MLP, HIDDEN);
      linear(block + "mlp.dense_4h_to_h", HIDDEN, MLP);
    }
    norm("gpt_neox.final_layer_norm");
    parameter("embed_out.weight", 0.5, VOCAB, HIDDEN);
  }

  private void norm(String name) {
    parameter(name + ".weight", 0.5, HIDDEN);
    parameter(name + ".bias", 0.5, HIDDEN);
  }

  private void linear(String name, int out, int in) {
    parameter(name + ".weight", 0.4, out, in);
    parameter(name + ".bias", 0.4, out);
  }

  private void parameter(String name, double deviation, long... sizes) {
    Shape shape = Shape.of(sizes);
    float[] values = new float[Math.toIntExact(shape.count())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    weights.put(name, values);
    shapes.put(name, shape);
  }

  /// Writes weights, `config.json`, and a tokenizer trained on `text`.
  void write(Path directory, String text) throws IOException {
    Files.createDirectories(directory);
    List<NamedTensor> tensors = new ArrayList<>();
    shapes.forEach((name, shape) ->
        tensors.add(
            NamedTensor.of(
                name, new TensorView(DType.FLOAT32, shape, MemorySegment.ofArray(weights(name))))));
    SafetensorsWriter.writeFile(
        directory.resolve("model.safetensors"), tensors, SafetensorsWriter.PYTORCH);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", "gpt_neox");
    config.put("hidden_size", HIDDEN);
    config.put("num_hidden_layers", LAYERS);
    config.put("num_attention_heads", HEADS);
    config.put("intermediate_size", MLP);
    config.put("vocab_size", VOCAB);
    config.put("max_position_embeddings", POSITIONS);
    config.put("rotary_pct", (double) ROTATED / HEAD);
    config.put("hidden_act", "gelu_new");
    Files.writeString(directory.resolve("config.json"), Json.pretty(config));
    BpeTrainer trainer = new BpeTrainer(BpeTrainer.Options.of(VOCAB - 10));
    trainer.add(text);
    trainer.write(directory.resolve("tokenizer.json"));
  }

  /// The log-probability of `targets`, which follow `context`.
  double logLikelihood(int[] context, int[] targets) {
    int[] tokens = new int[context.length + targets.length];
    System.arraycopy(context, 0, tokens, 0, context.length);
    System.arraycopy(targets, 0, tokens, context.length, targets.length);
    double[][] hidden = hidden(tokens);
    double sum = 0;
    for (int i = 0; i < targets.length; i++) {
      double[] last = norm("gpt_neox.final_layer_norm", hidden[context.length + i - 1]);
      double[] logits = times("embed_out.weight", last);
      double total = 0;
      for (double logit : logits) {
        total += Math.exp(logit);
      }
      sum += logits[targets[i]] - Math.log(total);
    }
    return sum;
  }

  private double[][] hidden(int[] tokens) {
    double[][] x = new double[tokens.length][HIDDEN]; // [t, h]
    for (int t = 0; t < tokens.length; t++) {
      for (int i = 0; i < HIDDEN; i++) {
        x[t][i] = weights("gpt_neox.embed_in.weight")[tokens[t] * HIDDEN + i];
      }
    }
    for (int layer = 0; layer < LAYERS; layer++) {
      String block = "gpt_neox.layers." + layer + ".";
      double[][] attended = attention(block, x);
      for (int t = 0; t < tokens.length; t++) {
        double[] y = norm(block + "post_attention_layernorm", x[t]);
        double[] inner = linear(block + "mlp.dense_h_to_4h", y);
        for (int i = 0; i < MLP; i++) {
          inner[i] = gelu(inner[i]);
        }
        double[] outer = linear(block + "mlp.dense_4h_to_h", inner);
        for (int i = 0; i < HIDDEN; i++) {
          x[t][i] += attended[t][i] + outer[i];
        }
      }
    }
    return x;
  }

  private static double gelu(double x) {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  /// Causal attention; heads hold query, key and value side by side.
  private double[][] attention(String block, double[][] x) {
    double[][] qkv = new double[x.length][]; // [t, heads * 3 * d]
    for (int t = 0; t < x.length; t++) {
      qkv[t] = linear(block + "attention.query_key_value", norm(block + "input_layernorm", x[t]));
      for (int head = 0; head < HEADS; head++) {
        rotate(qkv[t], head * 3 * HEAD, t);
        rotate(qkv[t], head * 3 * HEAD + HEAD, t);
      }
    }
    double[][] out = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      double[] mixed = new double[HIDDEN];
      for (int head = 0; head < HEADS; head++) {
        mix(qkv, t, head, mixed);
      }
      out[t] = linear(block + "attention.dense", mixed);
    }
    return out;
  }

  private static void mix(double[][] qkv, int t, int head, double[] out) {
    int q = head * 3 * HEAD;
    double[] scores = new double[t + 1];
    double total = 0;
    for (int s = 0; s <= t; s++) {
      for (int i = 0; i < HEAD; i++) {
        scores[s] += qkv[t][q + i] * qkv[s][q + HEAD + i] / Math.sqrt(HEAD);
      }
      scores[s] = Math.exp(scores[s]);
      total += scores[s];
    }
    for (int s = 0; s <= t; s++) {
      for (int i = 0; i < HEAD; i++) {
        out[head * HEAD + i] += scores[s] / total * qkv[s][q + 2 * HEAD + i];
      }
    }
  }

  /// Rotary positions (arXiv:2104.09864) on the first dimensions of a head, halves paired.
  private static void rotate(double[] values, int start, int t) {
    int half = ROTATED / 2;
    for (int i = 0; i < half; i++) {
      double angle = t * Math.pow(10000, -2.0 * i / ROTATED);
      double a = values[start + i];
      double b = values[start + half + i];
      values[start + i] = a * Math.cos(angle) - b * Math.sin(angle);
      values[start + half + i] = b * Math.cos(angle) + a * Math.sin(angle);
    }
  }

  private double[] norm(String name, double[] x) {
    double mean = 0;
    for (double value : x) {
      mean += value / x.length;
    }
    double variance = 0;
    for (double value : x) {
      variance += (value - mean) * (value - mean) / x.length;
    }
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double unit = (x[i] - mean) / Math.sqrt(variance + 1e-5);
      out[i] = unit * weights(name + ".weight")[i] + weights(name + ".bias")[i];
    }
    return out;
  }

  private double[] linear(String name, double[] x) {
    double[] out = times(name + ".weight", x);
    for (int i = 0; i < out.length; i++) {
      out[i] += weights(name + ".bias")[i];
    }
    return out;
  }

  private double[] times(String name, double[] x) {
    float[] matrix = weights(name);
    double[] out = new double[matrix.length / x.length];
    for (int row = 0; row < out.length; row++) {
      for (int i = 0; i < x.length; i++) {
        out[row] += matrix[row * x.length + i] * x[i];
      }
    }
    return out;
  }

  private float[] weights(String name) {
    return Objects.requireNonNull(weights.get(name), name);
  }
}
