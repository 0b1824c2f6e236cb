package neox.evaluation.request;

import java.util.Arrays;
import neox.base.UserException;
import neox.python.PythonText;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.special.TextBounds;

/// Splits a context and its continuation into tokens as the harness does.
///
/// @param prefix the token that stands for "nothing before"
/// @param written how a text spells it
record PairEncoder(Tokenizer tokenizer, int prefix, String written) {

  static PairEncoder of(Tokenizer tokenizer, TextBounds bounds) {
    int prefix =
        bounds
            .prefix()
            .orElseThrow(() ->
                new UserException(
                    "the model's tokenizer has no token that begins or ends a text (bos_token,"
                        + " eos_token, <|endoftext|>); scoring needs one to stand before empty"
                        + " contexts"));
    return new PairEncoder(tokenizer, prefix, tokenizer.decode(prefix));
  }

  /// The ids of a text; one that begins with the prefix gets no second one from the tokenizer.
  int[] encode(String text) {
    boolean begins = !written.isEmpty() && text.startsWith(written);
    return (begins ? tokenizer.withoutSpecialTokens() : tokenizer).encode(text);
  }

  TokenPair encode(String context, String continuation) {
    return context.isEmpty() ? encodeAlone(continuation) : encodeTogether(context, continuation);
  }

  private TokenPair encodeAlone(String continuation) {
    int[] ids = tokenizer.withoutSpecialTokens().encode(continuation);
    boolean hasPrefix = ids.length > 0 && ids[0] == prefix;
    int[] scored = hasPrefix ? Arrays.copyOfRange(ids, 1, ids.length) : ids;
    return pair(new int[] {prefix}, scored, "", continuation);
  }

  /// White space at the end of the context belongs to the continuation's first token. The two are
  /// encoded as one text and cut by the *number* of context tokens: a token that spans the boundary
  /// is accepted as it falls.
  private TokenPair encodeTogether(String context, String continuation) {
    String stripped = PythonText.rightStrip(context);
    String moved = context.substring(stripped.length()) + continuation;
    if (stripped.isEmpty()) {
      return encodeAlone(moved);
    }
    int[] head = encode(stripped);
    int[] whole = encode(stripped + moved);
    int[] tail = Arrays.copyOfRange(whole, Math.min(head.length, whole.length), whole.length);
    return pair(head, tail, context, continuation);
  }

  private static TokenPair pair(int[] head, int[] tail, String context, String continuation) {
    if (tail.length == 0) {
      throw UserException.of(
          "nothing to score: the tokenizer leaves no token of the continuation \"%s\" after the"
              + " context that ends in \"%s\"",
          continuation, context.substring(Math.max(0, context.length() - 40)));
    }
    return new TokenPair(head, tail);
  }
}
