package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that are not what a tokenizer needs are told apart, and the right one is named.
class WrongFilesTest {
  private static final String SOURCE =
      "`neox-prepare checkpoint OWNER/MODEL` fetches a model's tokenizer, `neox-prepare` GPT-2's";

  @TempDir Path directory;

  @Test
  void tellsWhatAFileIsThatNoTypeCanRead() throws IOException {
    Path pointer =
        file("pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
    Path page = file("page", "\n<!DOCTYPE html><html><body>Sign in</body></html>");
    Path empty = file("empty", " \n");
    for (String type : List.of("HFTokenizer", "GPT2BPETokenizer", "SPMTokenizer")) {
      refuses(
          type,
          pointer,
          ": is a Git LFS pointer, which only names the file; `git lfs pull` fetches the file"
              + " itself, or "
              + SOURCE);
      refuses(
          type,
          page,
          ": is a web page (HTML), not a tokenizer file: download the file itself; " + SOURCE);
      refuses(type, empty, ": is empty; " + SOURCE);
      refuses(type, directory.resolve("gone"), ": no such tokenizer file; " + SOURCE);
      refuses(
          type,
          Path.of("/dev/zero"),
          ": is a pipe or a device; a tokenizer must be a regular file: copy it into one");
      refuses(
          type,
          directory,
          ": is a directory; name the tokenizer's file itself, such as "
              + directory.resolve("tokenizer.json"));
    }
  }

  @Test
  void tellsTheFilesOfOtherTypesApart() throws IOException {
    refuses(
        "HFTokenizer",
        Golden.file("gpt2-vocab.json"),
        ": is a vocab.json, not a tokenizer.json: set tokenizer_type to GPT2BPETokenizer, and"
            + " merge_file to its merges.txt");
    refuses(
        "GPT2BPETokenizer",
        Golden.file("neox.json"),
        ": is a tokenizer.json, not a vocab.json: set tokenizer_type to HFTokenizer");
    refuses(
        "SPMTokenizer",
        Golden.file("neox.json"),
        ": not a SentencePiece model: set vocab_file to its .model file");
    Path json = Golden.file("neox.json");
    assertThatThrownBy(() ->
            Tokenizers.open(
                "GPT2BPETokenizer", Optional.of(Golden.file("gpt2-vocab.json")), Optional.of(json)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            json + ": is JSON, not the list of merges: set merge_file to the model's merges.txt");
  }

  private void refuses(String type, Path file, String message) {
    assertThatThrownBy(() -> Tokenizers.open(type, Optional.of(file), Optional.of(file)))
        .isInstanceOf(UserException.class)
        .hasMessage(file + message);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }
}
