package neox.inference;

import java.util.Arrays;
import java.util.function.IntPredicate;
import neox.base.UserException;
import neox.model.Network;
import neox.tensor.Scope;

/// Continues texts with a network, one text at a time; each starts with an empty cache.
///
/// Does not own the network.
public final class TextGenerator {
  private final Network network;
  private final Sampler sampler;
  private final int maxLength;
  private final boolean recompute;

  private TextGenerator(Network network, Sampler sampler, int maxLength, boolean recompute) {
    this.network = network;
    this.sampler = sampler;
    this.maxLength = maxLength;
    this.recompute = recompute;
  }

  /// A generator that keeps keys and values.
  ///
  /// @param maxLength prompt and continuation together
  public static TextGenerator of(Network network, Sampler sampler, int maxLength) {
    return new TextGenerator(network, sampler, maxLength, false);
  }

  /// The same, but every token reads the whole text again (`recompute`).
  public TextGenerator recomputing() {
    return new TextGenerator(network, sampler, maxLength, true);
  }

  /// Adds tokens until `stop` accepts one, which is the last of the result, or `maximumTokens` are
  /// there, or the text has `maxLength` tokens.
  ///
  /// @param context at least one token and at most `maxLength`
  public int[] generate(int[] context, int maximumTokens, IntPredicate stop) {
    if (context.length == 0) {
      throw new IllegalArgumentException("a text starts with at least one token");
    }
    if (context.length > maxLength) {
      throw UserException.of(
          "the prompt has %d tokens, the model takes %d; shorten the prompt",
          context.length, maxLength);
    }
    int room = Math.min(maximumTokens, maxLength - context.length);
    int[] written = new int[room];
    try (Decoder decoder = decoder(context.length + room)) {
      int[] unread = context;
      for (int i = 0; i < room; i++) {
        written[i] = next(decoder, unread);
        if (stop.test(written[i])) {
          return Arrays.copyOf(written, i + 1);
        }
        unread = new int[] {written[i]};
      }
    }
    return written;
  }

  private Decoder decoder(int capacity) {
    return recompute ? Decoder.recomputing(network) : Decoder.cached(network, capacity);
  }

  private int next(Decoder decoder, int[] unread) {
    try (var _ = Scope.open()) {
      return sampler.next(decoder.read(unread));
    }
  }

  /// The same until the end-of-document token, which is left out.
  public Generation generateText(int[] context, int maximumTokens, int eod) {
    int[] written = generate(context, maximumTokens, token -> token == eod);
    boolean finished = written.length > 0 && written[written.length - 1] == eod;
    return new Generation(
        finished ? Arrays.copyOf(written, written.length - 1) : written, finished);
  }
}
