package neox.data;

import java.util.List;
import neox.data.fim.FillInTheMiddle;

/// Samples with the middle of some of their texts at the end.
record ReorderedSamples(TokenSamples samples, FillInTheMiddle fim) implements TokenSamples {
  @Override
  public long count() {
    return samples.count();
  }

  @Override
  public int length() {
    return samples.length();
  }

  @Override
  public void get(long i, int[] out) {
    samples.get(i, out);
    reorder(i, out);
  }

  private void reorder(long i, int[] tokens) {
    fim.reorder(tokens, pieces(i).stream().mapToInt(SamplePiece::length).toArray(), i);
  }

  @Override
  public boolean hasLabels() {
    return samples.hasLabels();
  }

  /// The labels of what pads a sample stay; all others are tokens.
  @Override
  public void labels(long i, int[] out) {
    samples.labels(i, out);
    reorder(i, out);
  }

  @Override
  public List<SamplePiece> pieces(long i) {
    return samples.pieces(i);
  }
}
