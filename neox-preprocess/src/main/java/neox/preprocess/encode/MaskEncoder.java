package neox.preprocess.encode;

import java.util.Arrays;
import java.util.List;
import neox.tokenizer.TokenBuffer;

/// Adds to each dataset of tokens one of labels: the same tokens, but what a pattern ends is not
/// learnt.
///
/// The datasets are those of the tokens, then those of the labels in the same order.
public final class MaskEncoder implements DocumentEncoder {
  /// The label of a token that is not learnt.
  public static final int IGNORED = -100;

  private final DocumentEncoder texts;
  private final int[] pattern;

  /// @param pattern everything up to the end of its first occurrence is masked
  public MaskEncoder(DocumentEncoder texts, int[] pattern) {
    this.texts = texts;
    this.pattern = pattern.clone();
  }

  @Override
  public int row(byte[] json, int from, int to, List<EncodedChunk.Documents> datasets)
      throws BadRow {
    int emptied = texts.row(json, from, to, tokens(datasets));
    addLabels(datasets);
    return emptied;
  }

  @Override
  public int text(byte[] bytes, int from, int to, List<EncodedChunk.Documents> datasets)
      throws BadRow {
    int emptied = texts.text(bytes, from, to, tokens(datasets));
    addLabels(datasets);
    return emptied;
  }

  private static List<EncodedChunk.Documents> tokens(List<EncodedChunk.Documents> datasets) {
    return datasets.subList(0, datasets.size() / 2);
  }

  /// Labels the documents that have none yet.
  private void addLabels(List<EncodedChunk.Documents> datasets) {
    int half = datasets.size() / 2;
    for (int i = 0; i < half; i++) {
      EncodedChunk.Documents tokens = datasets.get(i);
      EncodedChunk.Documents labels = datasets.get(half + i);
      for (int d = labels.sizes().size(); d < tokens.sizes().size(); d++) {
        int from = labels.tokens().size();
        int to = from + tokens.sizes().get(d);
        label(tokens.tokens().array(), from, to, labels.tokens());
        labels.sizes().add(to - from);
      }
    }
  }

  private void label(int[] tokens, int from, int to, TokenBuffer labels) {
    int learnt = from;
    for (int at = from; at + pattern.length <= to; at++) {
      if (Arrays.equals(tokens, at, at + pattern.length, pattern, 0, pattern.length)) {
        learnt = at + pattern.length;
        break;
      }
    }
    for (int at = from; at < learnt; at++) {
      labels.add(IGNORED);
    }
    labels.add(tokens, learnt, to);
  }
}
