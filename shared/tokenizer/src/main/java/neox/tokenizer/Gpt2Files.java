package neox.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import neox.base.UserException;
import neox.tokenizer.added.AddedToken;
import neox.tokenizer.vocabulary.Merges;
import neox.tokenizer.vocabulary.Vocabulary;

/// Reads GPT-2's pair of files: `vocab.json` and `merges.txt`.
final class Gpt2Files {
  private static final String PADDING = "<|padding|>";

  /// Opens the tokenizer that both files make up together.
  static Tokenizer open(Path vocabFile, Path mergeFile) {
    return open(vocabFile, mergeFile, List.of());
  }

  /// Opens NeoX's HFGPT2Tokenizer: the files of a directory, and a token for padding.
  static Tokenizer openWithPadding(Path directory) {
    Path vocabFile = directory.resolve("vocab.json");
    Path mergeFile = directory.resolve("merges.txt");
    if (!Files.isRegularFile(vocabFile) || !Files.isRegularFile(mergeFile)) {
      throw UserException.of(
          "HFGPT2Tokenizer: %s is no directory with vocab.json and merges.txt; nothing is downloaded"
              + " here: fetch both files of the model (`neox-prepare` can) and set vocab_file to"
              + " their directory",
          directory);
    }
    return open(vocabFile, mergeFile, List.of(PADDING));
  }

  /// @param more special tokens that the vocabulary may lack
  private static Tokenizer open(Path vocabFile, Path mergeFile, List<String> more) {
    Vocabulary vocabulary = TokenizerFile.vocabulary(vocabFile);
    int endOfText = vocabulary.id(AddedToken.END_OF_TEXT);
    if (endOfText == Vocabulary.MISSING) {
      throw UserException.of(
          "%s: the vocabulary has no %s, which GPT2BPETokenizer needs",
          vocabFile, AddedToken.END_OF_TEXT);
    }
    Merges merges = merges(TokenizerFile.text(mergeFile), mergeFile);
    List<AddedToken> added = new ArrayList<>();
    added.add(new AddedToken(AddedToken.END_OF_TEXT, endOfText, Set.of()));
    int next = vocabulary.size();
    for (String token : more) {
      int known = vocabulary.id(token);
      int id = known == Vocabulary.MISSING ? next++ : known;
      added.add(new AddedToken(token, id, Set.of()));
    }
    return new ByteLevelBpe(
        new BpeModel(vocabulary, merges, mergeFile.toString()),
        added,
        EnumSet.noneOf(ByteLevelBpe.Option.class),
        List.of(vocabFile, mergeFile));
  }

  private static Merges merges(String text, Path file) {
    if (text.stripLeading().startsWith("{")) {
      throw UserException.of(
          "%s: is JSON, not the list of merges: set merge_file to the model's merges.txt", file);
    }
    Merges merges = new Merges();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.startsWith("#version") || line.isEmpty()) {
        continue;
      }
      int space = line.indexOf(' ');
      if (space <= 0 || space == line.length() - 1 || line.indexOf(' ', space + 1) >= 0) {
        throw UserException.of(
            "%s:%d: expected two tokens with a space between them, found \"%s\"",
            file, number, line);
      }
      merges.add(line.substring(0, space), line.substring(space + 1));
    }
    return merges;
  }

  private Gpt2Files() {}
}
