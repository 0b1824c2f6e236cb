package neox.tokenizer.special;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import neox.tokenizer.Tokenizer;

/// Which tokens begin and end a text.
///
/// @param begin stands before a text (`bos`)
/// @param end stands behind one (`eos`)
/// @param stops those at which a generation ends
public record TextBounds(OptionalInt begin, OptionalInt end, List<Integer> stops) {
  /// Of who knows none.
  public static final TextBounds NONE =
      new TextBounds(OptionalInt.empty(), OptionalInt.empty(), List.of());

  public TextBounds {
    stops = List.copyOf(stops);
  }

  /// GPT-NeoX's: documents end in `<|endoftext|>`, and begin behind the one before.
  public static TextBounds ofDocuments(Tokenizer tokenizer) {
    OptionalInt end = tokenizer.eod();
    return new TextBounds(end, end, end.stream().boxed().toList());
  }

  /// Those of a model of Hugging Face, as the files in its directory name them; the end is
  /// GPT-NeoX's where they name none. A generation ends where `generation_config.json` says, or at
  /// what the tokenizer and `config.json` have for an end.
  public static TextBounds declaredIn(Path directory, Tokenizer tokenizer) throws IOException {
    DeclaredTokens declared = DeclaredTokens.in(directory);
    OptionalInt end = or(id(declared, DeclaredTokens.END, tokenizer), declared.ends(), tokenizer);
    return new TextBounds(
        id(declared, DeclaredTokens.BEGIN, tokenizer),
        end,
        declared.stops().isEmpty()
            ? Stream.concat(end.stream().boxed(), declared.ends().stream()).distinct().toList()
            : declared.stops());
  }

  /// Those that `tokenizer_config.json` and its like name beside a tokenizer's own files; without
  /// such a file GPT-NeoX's.
  public static TextBounds besideFilesOf(Tokenizer tokenizer) throws IOException {
    Optional<Path> directory =
        tokenizer.files().stream().map(file -> file.toAbsolutePath().getParent()).findFirst();
    return directory.isPresent() && DeclaredTokens.isIn(directory.get())
        ? declaredIn(directory.get(), tokenizer)
        : ofDocuments(tokenizer);
  }

  private static OptionalInt id(DeclaredTokens declared, String role, Tokenizer tokenizer) {
    return declared.text(role).map(tokenizer::id).orElse(OptionalInt.empty());
  }

  private static OptionalInt or(OptionalInt named, List<Integer> ids, Tokenizer tokenizer) {
    if (named.isPresent()) {
      return named;
    }
    return ids.isEmpty() ? tokenizer.eod() : OptionalInt.of(ids.getFirst());
  }

  /// What stands before a text that has nothing before it.
  public OptionalInt prefix() {
    return begin.isPresent() ? begin : end;
  }
}
