package neox.data.fim;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.config.FimConfig;
import neox.config.FimConfig.Level;
import neox.config.NeoxConfig;
import neox.config.TokenizerConfig;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;

/// Moves the middle of texts to their end, where the sentinels between the parts say what they are
/// (arXiv:2207.14255).
///
/// A reordered text is as long as it was: what the sentinels take is cut from its end. So samples
/// and documents begin where they began, whatever the rate. Whether and how a text is reordered is
/// a pure function of the seed and of the text's number. Safe to share between threads.
public final class FillInTheMiddle {
  private final FimConfig config;
  private final Sentinels sentinels;
  private final Tokenizer tokenizer;
  private final OptionalInt eod;
  private final long seed;

  FillInTheMiddle(FimConfig config, Tokenizer tokenizer, String tokenizerType, long seed) {
    this.config = config;
    this.sentinels = Sentinels.of(config, tokenizer, tokenizerType);
    this.tokenizer = tokenizer.withoutSpecialTokens();
    this.eod = tokenizer.eod();
    this.seed = seed;
  }

  /// What a configuration asks for; empty where it asks for nothing. Opens its tokenizer.
  public static Optional<FillInTheMiddle> of(NeoxConfig config) {
    TokenizerConfig t = config.tokenizer();
    return config
        .data()
        .fim()
        .map(fim ->
            new FillInTheMiddle(
                fim,
                Tokenizers.open(t.type(), t.vocabFile(), t.mergeFile()),
                t.type(),
                config.data().seed()));
  }

  public Level level() {
    return config.level();
  }

  /// Reads tokens of documents.
  @FunctionalInterface
  public interface Reader {
    /// Copies `length` tokens of a document from its token `offset` on to `out[at …]`.
    void read(long document, int offset, int length, int[] out, int at);
  }

  /// Reads the same documents, some of them reordered.
  ///
  /// @param sizes of the documents in tokens
  public Reader ofDocuments(Reader reader, Sizes sizes) {
    return (document, offset, length, out, at) -> {
      Draws draws = Draws.of(seed, document);
      boolean chosen = draws.next() < config.rate();
      int size = chosen ? withoutEnd(reader, document, sizes.of(document)) : 0;
      if (size <= Sentinels.COUNT) {
        reader.read(document, offset, length, out, at);
        return;
      }
      int kept = size - Sentinels.COUNT;
      List<Part> parts = Part.inOrder(Cut.draw(draws, config.spmRate(), kept), kept, sentinels);
      int to = at;
      int end = offset + length;
      int begin = 0;
      for (Part part : parts) {
        to = copy(part, begin, offset, end, new Target(reader, document, out, to));
        begin += part.length();
      }
      if (end > size) { // the token that ends the document
        reader.read(document, Math.max(size, offset), end - Math.max(size, offset), out, to);
      }
    };
  }

  /// Sizes of documents.
  @FunctionalInterface
  public interface Sizes {
    int of(long document);
  }

  /// Where tokens of a document go.
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Target(Reader reader, long document, int[] out, int at) {}

  /// Copies of a part that begins at `begin` what lies between `from` and `to`; returns where the
  /// next token goes.
  private static int copy(Part part, int begin, int from, int to, Target target) {
    int first = Math.max(begin, from);
    int last = Math.min(begin + part.length(), to);
    if (first >= last) {
      return target.at();
    }
    switch (part) {
      case Part.Sentinel(int token) -> target.out()[target.at()] = token;
      case Part.Tokens(int start, _) ->
          target
              .reader()
              .read(
                  target.document(),
                  start + first - begin,
                  last - first,
                  target.out(),
                  target.at());
    }
    return target.at() + last - first;
  }

  private int withoutEnd(Reader reader, long document, int size) {
    if (size == 0 || eod.isEmpty()) {
      return size;
    }
    int[] last = new int[1];
    reader.read(document, size - 1, 1, last, 0);
    return last[0] == eod.getAsInt() ? size - 1 : size;
  }

  /// Reorders some of the texts of a sample in place. A text ends with its document, and before an
  /// end-of-document token.
  ///
  /// @param lengths of the pieces of documents that the sample holds, from its beginning on
  /// @param sample the number of the sample, which decides what is reordered
  public void reorder(int[] tokens, int[] lengths, long sample) {
    int number = 0;
    int begin = 0;
    for (int length : lengths) {
      int end = begin + length;
      for (int from = begin; from < end; ) {
        int to = from;
        while (to < end && !isEod(tokens[to])) {
          to++;
        }
        reorder(tokens, from, to, Draws.of(seed, sample, number++));
        from = to + 1;
      }
      begin = end;
    }
  }

  private boolean isEod(int token) {
    return eod.isPresent() && token == eod.getAsInt();
  }

  private void reorder(int[] tokens, int from, int to, Draws draws) {
    int kept = to - from - Sentinels.COUNT;
    if (kept < 1 || draws.next() >= config.rate()) {
      return;
    }
    int[] text = Arrays.copyOfRange(tokens, from, to);
    int[] reordered =
        TextCut.of(text, kept, tokenizer)
            .flatMap(cut -> cut.reordered(draws, config.spmRate(), sentinels))
            .orElseGet(() ->
                Part.arrange(
                    Arrays.copyOf(text, kept), Cut.draw(draws, config.spmRate(), kept), sentinels));
    System.arraycopy(reordered, 0, tokens, from, reordered.length);
  }
}
