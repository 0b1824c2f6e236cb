package neox.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.inference.ScoredText.Target;
import neox.model.Branch;
import neox.model.Branches;
import neox.model.Head;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// Reads texts one after the other as a walk through the tree of their prefixes: of each it reads
/// what the one before it did not begin with, and remembers keys and values of the path to the root
/// alone. Tokens are gathered, across texts and cutting them where need be, into passes of [#PASS]
/// tokens. Mutable, not thread-safe.
final class TreeReader implements AutoCloseable {
  /// Tokens of a pass.
  static final int PASS = 512;

  private static final int FIRST_ROW = 0;

  private final Network network;
  private final Placement placement;
  private final ConstantRows rows;
  private final int mostTexts;
  private final int promptTokens;
  private final PathMemory memory;
  private final ScoredPositions positions;

  // The text that is read now.
  private int[] path = {};
  private int length;
  private boolean hasPrompt;

  // The pass that is being gathered.
  private final int[] ids = new int[PASS];
  private final List<Branch> branches = new ArrayList<>();
  private final List<Long> asked = new ArrayList<>(); // places in the pass
  private final List<List<Target>> targets = new ArrayList<>(); // of each of them
  private int count;
  private int texts;

  /// @param mostTexts that end in one pass
  /// @param positionsAtOnce whose logits are computed together
  TreeReader(Network network, int mostTexts, int positionsAtOnce) {
    this.network = network;
    this.placement = network.placement();
    this.rows = ConstantRows.of(placement, PASS);
    this.mostTexts = mostTexts;
    this.promptTokens = network.spec().config().promptTokens();
    this.memory = new PathMemory(placement);
    this.positions =
        new ScoredPositions(
            placement,
            network.spec().config().hiddenSize(),
            ConstantRows.of(placement, positionsAtOnce));
  }

  /// Reads a text, of which the last tokens may wait for the next pass.
  void read(ScoredText text) {
    int[] input = text.input();
    int first = text.firstAsked();
    if (first == input.length) {
      return; // nothing is asked
    }
    if (texts == mostTexts) {
      pass(false);
    }
    length = Math.min(TextQueue.commonPrefix(path, length, input), first);
    path = input;
    while (length < input.length) {
      if (count == PASS) {
        pass(false);
      }
      int tokens = Math.min(PASS - count, input.length - length);
      for (int place = Math.max(first, length); place < length + tokens; place++) {
        asked.add((long) count + place - length);
        targets.add(text.targets(place));
      }
      System.arraycopy(input, length, ids, count, tokens);
      branches.add(new Branch(promptTokens + length, tokens));
      count += tokens;
      length += tokens;
    }
    texts++;
  }

  /// Reads what waits, and scores all that was read.
  void finish() {
    if (count > 0) {
      pass(true);
    }
  }

  private void pass(boolean isLast) {
    try (var _ = Scope.open()) {
      readPrompt();
      int padded = rows.of(count);
      Branches all = new Branches(memory, branches);
      Inputs inputs =
          Inputs.along(
              all,
              all.text(placement, padded, promptTokens),
              placement.ids(new int[][] {Arrays.copyOf(ids, padded)}));
      NetworkStage.pass(
          network,
          inputs,
          (hidden, head) -> {
            score(hidden, head);
            if (isLast) {
              positions.score(head);
            }
            return hidden;
          });
    }
    branches.clear();
    asked.clear();
    targets.clear();
    count = 0;
    texts = 0;
  }

  /// @param hidden `[1, s, h]`
  private void score(Tensor hidden, Head head) {
    long[] places = asked.stream().mapToLong(Long::longValue).toArray();
    Tensor wanted = hidden.select(0, FIRST_ROW).index_select(0, placement.indices(places));
    positions.add(wanted, targets, head);
  }

  /// A soft prompt is read with some first token, whose place the texts' own then take.
  private void readPrompt() {
    if (promptTokens == 0 || hasPrompt) {
      return;
    }
    Inputs inputs = Inputs.after(memory.beginning(), placement.ids(new int[][] {{0}}));
    NetworkStage.pass(network, inputs, (hidden, _) -> hidden);
    hasPrompt = true;
  }

  @Override
  public void close() {
    positions.close();
    memory.close();
  }
}
