package neox.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import neox.config.model.AttentionConfig;
import neox.config.model.GmlpConfig;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.config.model.TransformerConfig;

/// A network's formulas once more, token by token in plain Java and double precision: the
/// independent opinion. It shares nothing with the network but its configuration and its weights.
final class ReferenceNetwork {
  private final ModelConfig config;
  private final ReferenceParameters parameters;

  ReferenceNetwork(Network network) {
    this.config = network.spec().config();
    this.parameters = new ReferenceParameters(network);
  }

  /// One text.
  ///
  /// @param positions of its tokens
  /// @param segments a token sees only those of its own number
  @SuppressWarnings("ArrayRecordComponent") // plain carriers, never compared
  record Text(int[] ids, int[] positions, int[] segments) {
    static Text of(int[] ids) {
      int[] positions = new int[ids.length];
      for (int i = 0; i < ids.length; i++) {
        positions[i] = i;
      }
      return new Text(ids, positions, new int[ids.length]);
    }

    /// The places that a token sees.
    List<Integer> seen(int i, OptionalInt window) {
      List<Integer> seen = new ArrayList<>();
      for (int j = 0; j <= i; j++) {
        if (segments[i] == segments[j] && (window.isEmpty() || i - j <= window.getAsInt())) {
          seen.add(j);
        }
      }
      return seen;
    }
  }

  /// The logits `[s][V]` of a text.
  double[][] logits(Text text) {
    int prompt = config.promptTokens();
    int first = prompt > 0 ? 3 : 2; // the layer of the first block
    double[][] x = withPrompt(embed(text));
    Text read = prompt > 0 ? Text.of(new int[x.length]) : text;
    for (int block = 0; block < config.layers(); block++) {
      String layer = first + block + ".";
      x =
          switch (config.blocks().get(block)) {
            case TransformerConfig transformer -> transformer(layer, transformer, x, read);
            case GmlpConfig gmlp -> gmlp(layer, gmlp, x, read);
          };
    }
    double[][] logits = new double[text.ids().length][];
    int norm = first + config.layers() + 1;
    String head = config.head().tied() ? "0.word_embeddings" : norm + 1 + ".final_linear";
    for (int i = 0; i < logits.length; i++) {
      logits[i] = parameters.linear(head, parameters.norm(norm + ".norm", x[prompt + i]));
    }
    return logits;
  }

  /// The vectors of the prompt, then those of the text.
  private double[][] withPrompt(double[][] text) {
    int prompt = config.promptTokens();
    double[][] all = new double[prompt + text.length][];
    for (int i = 0; i < all.length; i++) {
      all[i] =
          i < prompt
              ? ReferenceFormulas.slice(
                  parameters.get("1.soft_embedding_weight"), i, config.hiddenSize())
              : text[i - prompt];
    }
    return all;
  }

  private double[][] embed(Text text) {
    int h = config.hiddenSize();
    double[][] x = new double[text.ids().length][h];
    for (int i = 0; i < x.length; i++) {
      for (int k = 0; k < h; k++) {
        int position = text.positions()[i];
        double added =
            switch (config.positions()) {
              case Positions.Learned learned ->
                  parameters
                      .get("0.position_embeddings.weight")[(position + learned.offset()) * h + k];
              case Positions.Sinusoidal _ -> ReferenceFormulas.sinusoid(position, k, h);
              case Positions.Rotary _, Positions.Alibi _, Positions.Relative _, Positions.None _ ->
                  0;
            };
        x[i][k] = parameters.get("0.word_embeddings.weight")[text.ids()[i] * h + k] + added;
      }
    }
    return x;
  }

  private double[][] transformer(String layer, TransformerConfig block, double[][] x, Text text) {
    double[][] normed = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      normed[i] = parameters.norm(layer + "input_layernorm", x[i]);
    }
    double[][] attended = attention(layer, block.attention(), normed, text);
    double[][] y = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double[] afterAttention = ReferenceFormulas.add(x[i], attended[i]);
      double[] read =
          block.residual() == Residual.PARALLEL_TIED_NORM
              ? normed[i]
              : parameters.norm(
                  layer + "post_attention_layernorm",
                  block.residual() == Residual.SEQUENTIAL ? afterAttention : x[i]);
      y[i] = ReferenceFormulas.add(afterAttention, mlp(layer, block.mlp(), read));
    }
    return y;
  }

  private double[][] gmlp(String layer, GmlpConfig block, double[][] x, Text text) {
    double[][] both = new double[x.length][];
    double[][] gates = new double[x.length][];
    int f = 4 * config.hiddenSize();
    for (int i = 0; i < x.length; i++) {
      both[i] =
          parameters.linear(
              layer + "input_linear.weight", parameters.norm(layer + "norm", x[i]), "");
      for (int k = 0; k < 2 * f; k++) {
        both[i][k] = ReferenceFormulas.activation(block.activation(), block.tanhGelu(), both[i][k]);
      }
      gates[i] = parameters.norm(layer + "sgu.norm", ReferenceFormulas.slice(both[i], 1, f));
    }
    double[][] y = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double[] inside = mixed(layer, i, gates, text);
      if (block.attentionSize().isPresent()) {
        inside = ReferenceFormulas.add(inside, tinyAttention(layer, i, both, text));
      }
      for (int k = 0; k < f; k++) {
        inside[k] *= both[i][k];
      }
      y[i] = parameters.linear(layer + "output_linear.weight", inside, "");
    }
    return y;
  }

  private double[] mixed(String layer, int i, double[][] gates, Text text) {
    double[] sum = new double[gates[i].length];
    int position = text.positions()[i];
    Arrays.fill(sum, parameters.get(layer + "sgu.proj.bias")[position]);
    for (int j : text.seen(i, OptionalInt.empty())) {
      int column = text.positions()[j];
      double weight =
          parameters.get(layer + "sgu.proj.weight")[position * config.seqLength() + column];
      for (int k = 0; k < sum.length; k++) {
        sum[k] += weight * gates[j][k];
      }
    }
    return sum;
  }

  private double[] tinyAttention(String layer, int i, double[][] x, Text text) {
    double[][] rows = new double[x.length][];
    for (int j = 0; j <= i; j++) {
      rows[j] = parameters.linear(layer + "sgu.attn.proj_qkv", x[j]);
    }
    int d = rows[i].length / 3;
    List<Integer> seen = text.seen(i, OptionalInt.empty());
    double[] scores = new double[seen.size()];
    for (int j = 0; j < scores.length; j++) {
      scores[j] =
          ReferenceFormulas.dot(
                  ReferenceFormulas.slice(rows[i], 0, d),
                  ReferenceFormulas.slice(rows[seen.get(j)], 1, d))
              / Math.sqrt(d);
    }
    double[] shares = ReferenceFormulas.softmax(scores);
    double[] mixed = new double[d];
    for (int j = 0; j < shares.length; j++) {
      for (int k = 0; k < d; k++) {
        mixed[k] += shares[j] * rows[seen.get(j)][2 * d + k];
      }
    }
    return parameters.linear(layer + "sgu.attn.proj_ffn", mixed);
  }

  private double[][] attention(String layer, AttentionConfig attention, double[][] x, Text text) {
    int heads = config.heads();
    int d = config.headDim();
    double[][][] q = new double[x.length][heads][];
    double[][][] k = new double[x.length][heads][];
    double[][][] v = new double[x.length][heads][];
    for (int i = 0; i < x.length; i++) {
      double[] rows = parameters.linear(layer + "attention.query_key_value", x[i]);
      for (int head = 0; head < heads; head++) {
        int group = head / (heads / config.kvHeads());
        boolean grouped = heads != config.kvHeads();
        q[i][head] = ReferenceFormulas.slice(rows, grouped ? head : 3 * head, d);
        k[i][head] = ReferenceFormulas.slice(rows, grouped ? heads + group : 3 * head + 1, d);
        v[i][head] =
            ReferenceFormulas.slice(
                rows, grouped ? heads + config.kvHeads() + group : 3 * head + 2, d);
      }
      q[i] = turned(layer, attention, q[i], text.positions()[i]);
      k[i] = turned(layer, attention, k[i], text.positions()[i]);
    }
    double[][] out = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double[] mixed = new double[heads * d];
      List<Integer> seen = text.seen(i, attention.window());
      for (int head = 0; head < heads; head++) {
        double[] scores = new double[seen.size()];
        for (int j = 0; j < scores.length; j++) {
          double bias = bias(layer, i - seen.get(j), head) * attention.biasFactor();
          scores[j] = ReferenceFormulas.dot(q[i][head], k[seen.get(j)][head]) / Math.sqrt(d) + bias;
        }
        double[] shares = ReferenceFormulas.softmax(scores);
        for (int j = 0; j < shares.length; j++) {
          for (int c = 0; c < d; c++) {
            mixed[head * d + c] += shares[j] * v[seen.get(j)][head][c];
          }
        }
      }
      out[i] = parameters.linear(layer + "attention.dense", mixed);
    }
    return out;
  }

  /// Normed, if so configured, and rotated.
  private double[][] turned(String layer, AttentionConfig attention, double[][] heads, int place) {
    double[][] turned = heads;
    if (attention.normed()) {
      turned = normedHeads(layer + "attention.qk_layernorm", heads);
    }
    if (config.positions() instanceof Positions.Rotary rotary) {
      turned =
          Arrays.stream(turned)
              .map(head -> ReferenceFormulas.rotate(rotary, head, place))
              .toArray(double[][]::new);
    }
    return turned;
  }

  /// Layer norms take all heads together, the others each by itself; a scale has an entry for each
  /// dim of each head.
  private double[][] normedHeads(String name, double[][] heads) {
    int d = config.headDim();
    double[] all = new double[heads.length * d];
    for (int head = 0; head < heads.length; head++) {
      System.arraycopy(heads[head], 0, all, head * d, d);
    }
    boolean together =
        switch (config.norm()) {
          case Norm.LayerNorm _, Norm.NonParametricLayerNorm _ -> true;
          case Norm.RmsNorm _, Norm.ScaleNorm _ -> false;
        };
    double[] normed = together ? parameters.norm(name, all, 0) : new double[0];
    double[][] result = new double[heads.length][];
    for (int head = 0; head < heads.length; head++) {
      result[head] =
          together
              ? ReferenceFormulas.slice(normed, head, d)
              : parameters.norm(name, heads[head], head * d);
    }
    return result;
  }

  private double bias(String layer, int distance, int head) {
    return switch (config.positions()) {
      case Positions.Alibi _ -> -distance * ReferenceFormulas.slopes(config.heads()).get(head);
      case Positions.Relative(int buckets, int max) -> {
        int row = ReferenceFormulas.bucket(distance, buckets, max);
        yield parameters.get(layer + "attention.rpe.weight")[row * config.heads() + head]
            * Math.sqrt(config.headDim());
      }
      case Positions.Rotary _, Positions.Learned _, Positions.Sinusoidal _, Positions.None _ -> 0;
    };
  }

  private double[] mlp(String layer, MlpConfig mlp, double[] x) {
    double[] wide = parameters.linear(layer + "mlp.linear1", x);
    double[] bent = new double[mlp.size()];
    boolean gated = mlp.activation().gated();
    for (int i = 0; i < bent.length; i++) {
      double read = wide[gated ? mlp.size() + i : i];
      double active = ReferenceFormulas.activation(mlp.activation(), mlp.tanhGelu(), read);
      bent[i] = gated ? wide[i] * active : active;
    }
    return parameters.linear(layer + "mlp.linear2", bent);
  }
}
