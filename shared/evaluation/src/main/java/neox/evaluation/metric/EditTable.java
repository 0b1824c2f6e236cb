package neox.evaluation.metric;

import java.util.Arrays;
import java.util.List;

/// The cheapest way to turn written words into those of a reference by insertions, deletions and
/// substitutions; only ways near the diagonal are looked at.
final class EditTable {
  private static final int BEAM = 25;
  private static final int FAR = 1_000_000_000;

  private enum Edit {
    NONE,
    KEEP,
    SUBSTITUTE,
    INSERT,
    DELETE
  }

  private final List<String> written;
  private final List<String> reference;
  private final int[][] costs;
  private final Edit[][] edits;

  EditTable(List<String> written, List<String> reference) {
    this.written = written;
    this.reference = reference;
    this.costs = new int[written.size() + 1][reference.size() + 1];
    this.edits = new Edit[written.size() + 1][reference.size() + 1];
    fill();
  }

  private void fill() {
    for (int j = 0; j <= reference.size(); j++) {
      set(0, j, j, Edit.INSERT);
    }
    double ratio = written.isEmpty() ? 1 : (double) reference.size() / written.size();
    int beam = BEAM < ratio / 2 ? (int) Math.ceil(ratio / 2 + BEAM) : BEAM;
    for (int i = 1; i <= written.size(); i++) {
      Arrays.fill(costs[i], FAR);
      Arrays.fill(edits[i], Edit.NONE);
      int diagonal = (int) Math.floor(i * ratio);
      int end = Math.min(reference.size() + 1, diagonal + beam);
      int to = i == written.size() ? reference.size() + 1 : end;
      for (int j = Math.max(0, diagonal - beam); j < to; j++) {
        fill(i, j);
      }
    }
  }

  private void fill(int i, int j) {
    if (j == 0) {
      set(i, j, costs[i - 1][j] + 1, Edit.DELETE);
      return;
    }
    boolean same = written.get(i - 1).equals(reference.get(j - 1));
    offer(i, j, costs[i - 1][j - 1] + (same ? 0 : 1), same ? Edit.KEEP : Edit.SUBSTITUTE);
    offer(i, j, costs[i - 1][j] + 1, Edit.DELETE);
    offer(i, j, costs[i][j - 1] + 1, Edit.INSERT);
  }

  private void offer(int i, int j, int cost, Edit edit) {
    if (costs[i][j] > cost) {
      set(i, j, cost, edit);
    }
  }

  private void set(int i, int j, int cost, Edit edit) {
    costs[i][j] = cost;
    edits[i][j] = edit;
  }

  /// How many edits it takes.
  int cost() {
    return costs[written.size()][reference.size()];
  }

  /// Which written word stands for which of the reference.
  ///
  /// @param places for each word of the reference the last written word up to it, −1 for none
  /// @param wrongReference words of the reference that are not written where they belong
  @SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
  record Alignment(int[] places, boolean[] wrongReference, boolean[] wrongWritten) {}

  Alignment alignment() {
    int[] places = new int[reference.size()];
    boolean[] wrongReference = new boolean[reference.size()];
    boolean[] wrongWritten = new boolean[written.size()];
    int i = written.size();
    int j = reference.size();
    while (i > 0 || j > 0) {
      Edit edit = edits[i][j];
      switch (edit) {
        case KEEP, SUBSTITUTE -> {
          wrongReference[j - 1] = edit == Edit.SUBSTITUTE;
          wrongWritten[i - 1] = edit == Edit.SUBSTITUTE;
          places[--j] = --i;
        }
        case INSERT -> {
          wrongReference[j - 1] = true;
          places[--j] = i - 1;
        }
        case DELETE -> wrongWritten[--i] = true;
        case NONE -> throw new IllegalStateException("no way to %d, %d".formatted(i, j));
      }
    }
    return new Alignment(places, wrongReference, wrongWritten);
  }
}
