package neox.tokenizer.parts;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import neox.tokenizer.parts.PreTokenizer.AtCharacters;
import neox.tokenizer.parts.PreTokenizer.Metaspace.Prefix;
import neox.tokenizer.text.CharacterSets;
import neox.tokenizer.text.CodePoints;

/// Reads the pre-tokenizer of a `tokenizer.json`.
public final class PreTokenizerReader {
  private static final String SUPPORTED =
      "ByteLevel, Split, Metaspace, Whitespace, WhitespaceSplit, BertPreTokenizer, Punctuation,"
          + " Digits, CharDelimiterSplit, FixedLength, Sequence";

  private static final Map<String, Prefix> SCHEMES =
      new TreeMap<>(Map.of("always", Prefix.ALWAYS, "first", Prefix.FIRST, "never", Prefix.NEVER));

  private static final int MAX_LENGTH = 1_000_000;

  public static PreTokenizer read(Part part) {
    PreTokenizer splitter =
        switch (part.string("type")) {
          case "ByteLevel" ->
              new PreTokenizer.ByteLevel(
                  part.ignoring("trim_offsets").flag("add_prefix_space"),
                  part.flag("use_regex", true),
                  part.where());
          case "Split" ->
              new PreTokenizer.AtPattern(
                  TextPattern.of(part.part("pattern")),
                  part.choice("behavior", SplitBehavior.BY_NAME),
                  part.flag("invert"));
          case "Metaspace" -> metaspace(part);
          case "Whitespace" -> new PreTokenizer.Whitespace();
          case "WhitespaceSplit" -> whiteSpace();
          case "BertPreTokenizer" ->
              new PreTokenizer.Sequence(
                  List.of(
                      whiteSpace(),
                      new AtCharacters(CharacterSets.PUNCTUATION, SplitBehavior.ISOLATED)));
          case "Punctuation" ->
              new AtCharacters(
                  CharacterSets.PUNCTUATION,
                  part.has("behavior")
                      ? part.choice("behavior", SplitBehavior.BY_NAME)
                      : SplitBehavior.ISOLATED);
          case "Digits" ->
              new AtCharacters(
                  CharacterSets.NUMBER,
                  part.flag("individual_digits")
                      ? SplitBehavior.ISOLATED
                      : SplitBehavior.CONTIGUOUS);
          case "CharDelimiterSplit" -> {
            int c = part.character("delimiter").codePointAt(0);
            yield new AtCharacters(CodePoints.range(c, c), SplitBehavior.REMOVED);
          }
          case "FixedLength" ->
              new PreTokenizer.FixedLength(part.integer("length", 1, MAX_LENGTH, 5));
          case "Sequence" ->
              new PreTokenizer.Sequence(
                  part.parts("pretokenizers").stream().map(PreTokenizerReader::read).toList());
          default -> throw part.unknownType(SUPPORTED);
        };
    part.done();
    return splitter;
  }

  private static PreTokenizer whiteSpace() {
    return new AtCharacters(CharacterSets.SPACE, SplitBehavior.REMOVED);
  }

  private static PreTokenizer metaspace(Part part) {
    return new PreTokenizer.Metaspace(
        part.character("replacement"),
        prefix(part),
        part.ignoring("str_rep").flag("split", true),
        part.where());
  }

  /// Of a pre-tokenizer or decoder `Metaspace`: newer files name the scheme, older ones say only
  /// whether there is a prefix.
  static Prefix prefix(Part part) {
    Prefix scheme =
        part.has("prepend_scheme") ? part.choice("prepend_scheme", SCHEMES) : Prefix.ALWAYS;
    if (!part.flag("add_prefix_space", true) && scheme != Prefix.NEVER) {
      throw part.refusal(
          "\"add_prefix_space\": false needs \"prepend_scheme\": \"never\" for HuggingFace"
              + " tokenizers too; add it");
    }
    return scheme;
  }

  private PreTokenizerReader() {}
}
