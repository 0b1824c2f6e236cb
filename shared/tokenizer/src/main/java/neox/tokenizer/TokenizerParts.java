package neox.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.ByteBuilder;
import neox.base.UserException;
import neox.base.json.JsonFile;
import neox.base.json.JsonScanner;
import neox.tokenizer.vocabulary.Merges;
import neox.tokenizer.vocabulary.Vocabulary;

/// What a `tokenizer.json` holds: its two large parts as tables, the rest as a tree.
///
/// @param rest everything but those two
/// @param vocabulary `model.vocab`, if that is an object
/// @param merges `model.merges`, if that is an array
record TokenizerParts(JsonNode rest, Optional<Vocabulary> vocabulary, Optional<Merges> merges) {

  /// Reads a file; [UserException] when it is not JSON or has a part that is none.
  static TokenizerParts read(Path file) {
    return TokenizerFile.reading(file, path -> JsonFile.read(path, new Reading(path)::parts));
  }

  private static final class Reading {
    private final Path file;
    private final ByteBuilder text = new ByteBuilder();
    private Optional<Vocabulary> vocabulary = Optional.empty();
    private Optional<Merges> merges = Optional.empty();

    Reading(Path file) {
      this.file = file;
    }

    TokenizerParts parts(JsonScanner scanner) throws JsonScanner.Malformed {
      JsonNode rest = scanner.peek() == '{' ? root(scanner) : JsonFile.tree(scanner);
      return new TokenizerParts(rest, vocabulary, merges);
    }

    private ObjectNode root(JsonScanner scanner) throws JsonScanner.Malformed {
      ObjectNode root = JsonNodeFactory.instance.objectNode();
      for (boolean more = scanner.begin('{', '}'); more; more = scanner.hasNext('}')) {
        String name = name(scanner);
        boolean isModel = name.equals("model") && scanner.peek() == '{';
        root.set(name, isModel ? model(scanner) : JsonFile.tree(scanner));
      }
      return root;
    }

    private ObjectNode model(JsonScanner scanner) throws JsonScanner.Malformed {
      ObjectNode model = JsonNodeFactory.instance.objectNode();
      for (boolean more = scanner.begin('{', '}'); more; more = scanner.hasNext('}')) {
        String name = name(scanner);
        if (name.equals("vocab") && scanner.peek() == '{') {
          vocabulary = Optional.of(TokenizerFile.vocabulary(scanner, file + ": model.vocab"));
        } else if (name.equals("merges") && scanner.peek() == '[') {
          merges = Optional.of(merges(scanner));
        } else {
          model.set(name, JsonFile.tree(scanner));
        }
      }
      return model;
    }

    private String name(JsonScanner scanner) throws JsonScanner.Malformed {
      text.clear();
      scanner.readString(text);
      scanner.expect(':');
      return text.toString();
    }

    private Merges merges(JsonScanner scanner) throws JsonScanner.Malformed {
      Merges all = new Merges();
      for (boolean more = scanner.begin('[', ']'); more; more = scanner.hasNext(']')) {
        text.clear();
        switch (scanner.peek()) {
          case '"' -> addText(scanner, all);
          case '[' -> addPair(scanner, all);
          default -> throw notTwoTokens(JsonFile.tree(scanner).toString());
        }
      }
      return all;
    }

    /// As older files have it: `"a b"`.
    private void addText(JsonScanner scanner, Merges all) throws JsonScanner.Malformed {
      scanner.readString(text);
      int space = space(0);
      if (space == text.size() || space(space + 1) < text.size()) {
        throw notTwoTokens("\"" + text + "\"");
      }
      all.add(text.array(), 0, space, text.size());
    }

    /// As newer files have it: `["a", "b"]`.
    private void addPair(JsonScanner scanner, Merges all) throws JsonScanner.Malformed {
      int halves = 0;
      int space = 0;
      for (boolean more = scanner.begin('[', ']'); more; more = scanner.hasNext(']')) {
        if (scanner.peek() != '"') {
          throw notTwoTokens("a pair with " + JsonFile.tree(scanner));
        }
        if (halves++ > 0) {
          space = text.size();
          text.add(' ');
        }
        scanner.readString(text);
      }
      if (halves != 2) {
        throw notTwoTokens("a list of " + halves);
      }
      all.add(text.array(), 0, space, text.size());
    }

    private int space(int from) {
      int at = from;
      while (at < text.size() && text.array()[at] != ' ') {
        at++;
      }
      return at;
    }

    private UserException notTwoTokens(String found) {
      return UserException.of("%s: model.merges: expected two tokens, found %s", file, found);
    }
  }
}
