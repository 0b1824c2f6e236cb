package neox.train.evaluation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.tensor.TensorData;
import neox.tokenizer.Tokenizer;
import neox.train.data.MicroBatch;

/// How much text an evaluation has read, which makes losses of different tokenizers comparable.
/// Mutable; counts one evaluation.
final class EvaluatedText {
  private final Tokenizer tokenizer;
  private final List<Long> predicted = new ArrayList<>();
  private long bytes;
  private long tokens;
  private long characters;

  EvaluatedText(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /// Counts the tokens that are to be predicted, and the bytes (UTF-8) of the text they stand for.
  /// An end of document is predicted, but is no text. A character that is cut by the end of a
  /// sample counts as the three bytes of the character that stands for it.
  void addPredictions(MicroBatch batch) {
    long[] labels = TensorData.longs(batch.labels());
    float[] mask = TensorData.floats(batch.lossMask());
    int length = Math.toIntExact(batch.labels().size(1));
    long count = 0;
    for (int from = 0; from < labels.length; from += length) {
      int[] text = new int[length];
      int size = 0;
      for (int i = from; i < from + length; i++) {
        if (mask[i] > 0) {
          count++;
          if (!isEnd(labels[i])) {
            text[size++] = Math.toIntExact(labels[i]);
          }
        }
      }
      bytes += utf8(Arrays.copyOf(text, size));
    }
    predicted.add(count);
  }

  private boolean isEnd(long token) {
    return tokenizer.eod().isPresent() && tokenizer.eod().getAsInt() == token;
  }

  private long utf8(int[] text) {
    return tokenizer.decode(text).getBytes(StandardCharsets.UTF_8).length;
  }

  /// Counts as GPT-NeoX does for `char_level_ppl`: all tokens of each sample, the first included,
  /// and the characters of the text they decode to.
  void addSamples(int[][] rows) {
    for (int[] row : rows) {
      String text = tokenizer.decode(row);
      tokens += row.length;
      characters += text.codePointCount(0, text.length());
    }
  }

  /// The sum of −log p over all predictions.
  ///
  /// @param losses the mean of each micro-batch
  double nats(double[] losses) {
    double sum = 0;
    for (int i = 0; i < predicted.size(); i++) {
      sum += losses[i] * predicted.get(i);
    }
    return sum;
  }

  long bytes() {
    return bytes;
  }

  long tokens() {
    return tokens;
  }

  long characters() {
    return characters;
  }
}
