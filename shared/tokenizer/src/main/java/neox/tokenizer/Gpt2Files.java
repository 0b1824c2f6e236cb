package neox.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.UserException;

/// Reads GPT-2's pair of files: `vocab.json` and `merges.txt`.
final class Gpt2Files {
  private static final String END_OF_TEXT = "<|endoftext|>";

  /// Opens the tokenizer that both files make up together.
  static Tokenizer open(Path vocabFile, Path mergeFile) {
    Map<String, Integer> vocabulary =
        TokenizerFile.vocabulary(TokenizerFile.json(vocabFile), vocabFile.toString());
    Integer endOfText = vocabulary.get(END_OF_TEXT);
    if (endOfText == null) {
      throw UserException.of(
          "%s: the vocabulary has no %s, which GPT2BPETokenizer needs", vocabFile, END_OF_TEXT);
    }
    List<BpeModel.Merge> merges = merges(TokenizerFile.text(mergeFile), mergeFile);
    return new ByteLevelBpe(
        new BpeModel(vocabulary, merges, mergeFile.toString()),
        List.of(new AddedToken(END_OF_TEXT, endOfText, Set.of())),
        EnumSet.noneOf(ByteLevelBpe.Option.class),
        List.of(vocabFile, mergeFile));
  }

  private static List<BpeModel.Merge> merges(String text, Path file) {
    List<BpeModel.Merge> merges = new ArrayList<>();
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
      merges.add(new BpeModel.Merge(line.substring(0, space), line.substring(space + 1)));
    }
    return merges;
  }

  private Gpt2Files() {}
}
