package neox.tokenizer.sentencepiece;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import neox.tokenizer.model.BestPath;
import neox.tokenizer.sentencepiece.SentencePieceModel.Kind;
import neox.tokenizer.text.ByteTrie;
import neox.tokenizer.text.Utf8;

/// Merges neighbours whose text together is a piece, the one of highest score first, the leftmost
/// of several (arXiv:1508.07909); pieces that are not to be used come apart again at the end.
final class MergeSegmenter implements SentencePieceEncoder.Segmenter {
  private static final int NONE = -1;

  private final SentencePieceModel model;
  private final ByteTrie userSymbols;
  private final ByteTrie trie;
  private final int[] ids;

  /// @param userSymbols texts that are pieces wherever they stand
  /// @param ids those of the pieces in the trie
  MergeSegmenter(SentencePieceModel model, ByteTrie userSymbols, ByteTrie trie, int[] ids) {
    this.model = model;
    this.userSymbols = userSymbols;
    this.trie = trie;
    this.ids = ids;
  }

  @Override
  public void segment(byte[] text, BestPath.Segments segments) {
    new Merging(text).segment(segments);
  }

  /// The piece that a text is, or [#NONE].
  private int id(byte[] text, int from, int to) {
    long match = trie.longest(text, from, to);
    return match != ByteTrie.NONE && (int) match == to ? ids[(int) (match >>> 32)] : NONE;
  }

  /// Two neighbours, by where the left one starts and the right one starts and ends.
  private record Pair(int left, int right, int end, float score) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
      int byScore = Float.compare(other.score, score);
      return byScore != 0 ? byScore : Integer.compare(left, other.left);
    }
  }

  /// The state of one text. Parts are named by where they start.
  private final class Merging {
    private final byte[] text;

    /// Where the part that starts at a place ends; [#NONE] where none starts.
    private final int[] ends;

    private final int[] previous;
    private final boolean[] frozen;
    private final PriorityQueue<Pair> agenda = new PriorityQueue<>();

    /// How long the left halves of the pieces are that are not to be used, as put together last.
    private final Map<Integer, Integer> halves = new HashMap<>();

    Merging(byte[] text) {
      this.text = text;
      ends = new int[text.length + 1];
      previous = new int[text.length + 1];
      frozen = new boolean[text.length + 1];
      Arrays.fill(ends, NONE);
    }

    void segment(BestPath.Segments segments) {
      int before = NONE;
      for (int at = 0; at < text.length; at = ends[at]) {
        long symbol = userSymbols.longest(text, at, text.length);
        frozen[at] = symbol != ByteTrie.NONE;
        ends[at] = frozen[at] ? (int) symbol : at + Utf8.length(text[at]);
        previous[at] = before;
        offer(before, at);
        before = at;
      }
      while (!agenda.isEmpty()) {
        merge(agenda.remove());
      }
      for (int at = 0; at < text.length; at = ends[at]) {
        put(at, ends[at], segments);
      }
    }

    private void offer(int left, int right) {
      if (left == NONE || right == text.length || frozen[left] || frozen[right]) {
        return;
      }
      int id = id(text, left, ends[right]);
      if (id == NONE) {
        return;
      }
      agenda.add(new Pair(left, right, ends[right], model.pieces().get(id).score()));
      if (isUnused(id)) {
        halves.put(id, right - left);
      }
    }

    private boolean isUnused(int id) {
      return id != NONE && model.pieces().get(id).kind() == Kind.UNUSED;
    }

    private void merge(Pair pair) {
      if (ends[pair.left()] != pair.right() || ends[pair.right()] != pair.end()) {
        return; // one of the two has been merged with another neighbour since
      }
      ends[pair.left()] = pair.end();
      ends[pair.right()] = NONE;
      if (pair.end() < text.length) {
        previous[pair.end()] = pair.left();
      }
      offer(previous[pair.left()], pair.left());
      offer(pair.left(), pair.end());
    }

    /// Hands over a part or, if it is not to be used, what it was put together from.
    private void put(int from, int to, BestPath.Segments segments) {
      Deque<int[]> open = new ArrayDeque<>();
      open.push(new int[] {from, to});
      while (!open.isEmpty()) {
        int[] part = open.pop();
        int id = id(text, part[0], part[1]);
        int half = isUnused(id) ? halves.getOrDefault(id, 0) : 0;
        if (half == 0) {
          segments.token(part[0], part[1], id == NONE ? model.unknown() : id);
        } else {
          open.push(new int[] {part[0] + half, part[1]});
          open.push(new int[] {part[0], part[0] + half});
        }
      }
    }
  }
}
