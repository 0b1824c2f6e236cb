package neox.tokenizer.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import neox.tokenizer.text.ByteAlphabet;
import org.jspecify.annotations.Nullable;

/// Learns merges from counted words: the most frequent pair becomes a token, again and again
/// (arXiv:1508.07909 §3.2).
///
/// Counts are kept up to date by visiting only the words that hold the pair. Of equally frequent
/// pairs the one with the lower ids wins. The bookkeeping is that of HuggingFace's BpeTrainer to
/// the letter, so that the merges are the same.
final class MergeLearner {
  private final WordCounts words;
  private final long minFrequency;
  private final List<String> tokens;
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<String> merges = new ArrayList<>();

  /// The tokens of all words, each in the place of its first byte; a word shrinks as it merges.
  private final int[] symbols;

  private final int[] lengths;
  private final PairCounts counts = new PairCounts();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

  /// The pairs that came up since the queue was last filled, in the order of coming up and by
  /// number.
  private final List<Candidate> fresh = new ArrayList<>();

  private @Nullable Candidate[] freshByNumber = new Candidate[1 << 12];

  /// A pair, its count when it was queued, and the words it was seen in.
  private static final class Candidate implements Comparable<Candidate> {
    private final int number;
    private final long pair;
    private int[] words = new int[2];
    private int size;
    private long count;

    Candidate(int number, long pair) {
      this.number = number;
      this.pair = pair;
    }

    void seenIn(int word) {
      if (size > 0 && words[size - 1] == word) {
        return;
      }
      if (size == words.length) {
        words = Arrays.copyOf(words, Math.multiplyExact(size, 2));
      }
      words[size++] = word;
    }

    @Override
    public int compareTo(Candidate other) {
      int byCount = Long.compare(other.count, count);
      return byCount != 0 ? byCount : Long.compare(pair, other.pair);
    }
  }

  /// @param initialTokens the special tokens and the alphabet, in the order of their ids
  MergeLearner(WordCounts words, List<String> initialTokens, long minFrequency) {
    this.words = words;
    this.minFrequency = minFrequency;
    tokens = new ArrayList<>(initialTokens);
    for (String token : initialTokens) {
      ids.put(token, ids.size());
    }
    lengths = new int[words.size()];
    symbols = new int[words.size() == 0 ? 0 : words.end(words.size() - 1)];
    int[] byteIds = new int[ByteAlphabet.SIZE];
    for (int b = 0; b < byteIds.length; b++) {
      byteIds[b] = ids.getOrDefault(String.valueOf(ByteAlphabet.character(b)), -1);
    }
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = byteIds[words.pool()[i] & 0xFF];
    }
  }

  /// The tokens by id, once [#learn] is done.
  List<String> tokens() {
    return tokens;
  }

  /// The merges by rank, both halves with a space between them, once [#learn] is done.
  List<String> merges() {
    return merges;
  }

  /// Merges until there are `vocabSize` tokens or no pair is frequent enough.
  void learn(int vocabSize) {
    countPairs();
    while (ids.size() < vocabSize) {
      Candidate top = queue.poll();
      if (top == null) {
        return;
      }
      long count = counts.count(top.number);
      if (top.count != count) {
        top.count = count;
        queue.add(top);
        continue;
      }
      if (count < Math.max(1, minFrequency)) {
        return;
      }
      merge(top);
      queueFresh();
    }
  }

  private void countPairs() {
    for (int word = 0; word < lengths.length; word++) {
      int start = words.start(word);
      lengths[word] = words.end(word) - start;
      for (int i = start; i + 1 < start + lengths[word]; i++) {
        change(PairCounts.pair(symbols[i], symbols[i + 1]), word, 1);
      }
    }
    queueFresh();
  }

  private void change(long pair, int word, int times) {
    int number = counts.add(pair, times * words.count(word));
    if (times > 0) {
      fresh(number).seenIn(word);
    }
  }

  private Candidate fresh(int number) {
    if (number >= freshByNumber.length) {
      freshByNumber = Arrays.copyOf(freshByNumber, Math.max(number + 1, freshByNumber.length * 2));
    }
    Candidate known = freshByNumber[number];
    if (known != null) {
      return known;
    }
    Candidate candidate = new Candidate(number, counts.pair(number));
    freshByNumber[number] = candidate;
    fresh.add(candidate);
    return candidate;
  }

  private void queueFresh() {
    for (Candidate candidate : fresh) {
      freshByNumber[candidate.number] = null;
      candidate.count = counts.count(candidate.number);
      if (candidate.count > 0) {
        queue.add(candidate);
      }
    }
    fresh.clear();
  }

  private void merge(Candidate top) {
    int left = (int) (top.pair >>> 32);
    int right = (int) top.pair;
    merges.add(tokens.get(left) + " " + tokens.get(right));
    String token = tokens.get(left) + tokens.get(right);
    Integer known = ids.putIfAbsent(token, tokens.size());
    int merged = known == null ? tokens.size() : known;
    if (known == null) {
      tokens.add(token);
    }
    for (int i = 0; i < top.size; i++) {
      mergeIn(top.words[i], left, right, merged);
    }
  }

  /// Replaces the pair in one word, left to right, and records what became of its neighbours.
  private void mergeIn(int word, int left, int right, int merged) {
    int start = words.start(word);
    int end = start + lengths[word];
    int to = start;
    for (int from = start; from < end; to++) {
      if (from + 1 == end || symbols[from] != left || symbols[from + 1] != right) {
        symbols[to] = symbols[from++];
        continue;
      }
      if (to > start) {
        change(PairCounts.pair(symbols[to - 1], left), word, -1);
        change(PairCounts.pair(symbols[to - 1], merged), word, 1);
      }
      from += 2;
      symbols[to] = merged;
      if (from < end) {
        change(PairCounts.pair(right, symbols[from]), word, -1);
        change(PairCounts.pair(merged, symbols[from]), word, 1);
      }
    }
    lengths[word] = to - start;
  }
}
