package neox.weights.gguf;

import java.util.List;
import java.util.OptionalInt;

/// The tokens of a model, as llama.cpp reads them.
public sealed interface GgufVocabulary {
  /// What llama.cpp does with a token's text.
  enum Kind {
    NORMAL(1),
    UNKNOWN(2),
    /// Not shown; written out in a text it is recognized only where special tokens are.
    CONTROL(3),
    /// Recognized wherever it is written in a text.
    USER_DEFINED(4),
    UNUSED(5),
    /// One byte of a text that has no other token.
    BYTE(6);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    /// llama.cpp's number for it.
    int number() {
      return number;
    }
  }

  /// A token.
  ///
  /// @param score the larger, the earlier SentencePiece merges to it; 0 in other vocabularies
  record Token(String text, Kind kind, float score) {
    public Token(String text, Kind kind) {
      this(text, kind, 0);
    }
  }

  /// Ids with a meaning, and which of them stand around every text.
  ///
  /// @param beginsTexts whether the tokenizer puts `begin` before a text
  /// @param endsTexts whether it puts `end` after it
  record Special(
      OptionalInt begin,
      OptionalInt end,
      OptionalInt unknown,
      OptionalInt padding,
      boolean beginsTexts,
      boolean endsTexts) {}

  /// None: llama.cpp takes and gives ids.
  record None() implements GgufVocabulary {}

  /// Byte-level BPE in GPT-2's manner.
  ///
  /// @param words the name of the rule that cuts a text into words, such as `gpt-2`
  /// @param merges pairs with a space between them, in order of preference
  record ByteLevelBpe(String words, List<Token> tokens, List<String> merges, Special special)
      implements GgufVocabulary {
    public ByteLevelBpe {
      tokens = List.copyOf(tokens);
      merges = List.copyOf(merges);
    }
  }

  /// SentencePiece's BPE, in Llama's manner.
  ///
  /// @param spacePrefix whether a space is put before a text
  record SentencePiece(List<Token> tokens, boolean spacePrefix, Special special)
      implements GgufVocabulary {
    public SentencePiece {
      tokens = List.copyOf(tokens);
    }
  }

  /// What stands for an id without a token.
  static Token unused(int id) {
    return new Token("[PAD" + id + "]", Kind.UNUSED, UNLIKELY);
  }

  /// The score of what must not be chosen.
  float UNLIKELY = -10_000;
}
