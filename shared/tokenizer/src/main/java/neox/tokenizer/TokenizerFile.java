package neox.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import neox.base.ByteBuilder;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.JsonFile;
import neox.base.json.JsonScanner;
import neox.tokenizer.vocabulary.MergeTable;
import neox.tokenizer.vocabulary.Vocabulary;

/// Reads the parts that all tokenizer files share, with one clear line when they are not there.
final class TokenizerFile {
  /// No vocabulary comes near; a larger id is a damaged file and would ask for gigabytes.
  private static final int MAX_ID = MergeTable.TOKENS - 1;

  private static final long MAX_BYTES = 1L << 28;
  private static final int START = 200;

  /// What a `tokenizer.json` begins with.
  private static final Set<String> FIELDS = Set.of("version", "truncation", "model");

  /// Where tokenizers come from.
  private static final String SOURCE =
      "`neox-prepare checkpoint OWNER/MODEL` fetches a model's tokenizer, `neox-prepare` GPT-2's";

  /// Something that is done with a file.
  interface Reading<T> {
    T read(Path file) throws IOException;
  }

  static String text(Path file) {
    return reading(file, NamedFiles::readString);
  }

  /// Runs a reader and turns every failure to read into a [UserException] that names the file. What
  /// is no file, or plainly another one, is refused before it is read.
  static <T> T reading(Path file, Reading<T> reading) {
    if (Files.isDirectory(file)) {
      throw UserException.of(
          "%s: is a directory; name the tokenizer's file itself, such as %s",
          file, file.resolve("tokenizer.json"));
    }
    try {
      refuseOther(file);
      return reading.read(file);
    } catch (NoSuchFileException e) {
      throw new UserException(file + ": no such tokenizer file; " + SOURCE, e);
    } catch (AccessDeniedException e) {
      throw new UserException(file + ": permission denied", e);
    } catch (CharacterCodingException e) {
      throw new UserException(file + ": is not text in UTF-8", e);
    } catch (FileSystemException e) {
      throw new UserException(file + ": cannot be read: " + e.getReason(), e);
    } catch (IOException e) {
      throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static void refuseOther(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw UserException.of(
          "%s: is a pipe or a device; a tokenizer must be a regular file: copy it into one", file);
    }
    long size = Files.size(file);
    if (size > MAX_BYTES) {
      throw UserException.of("%s: has %d bytes; no tokenizer file is that large", file, size);
    }
    byte[] start;
    try (InputStream in = NamedFiles.newInputStream(file)) {
      start = in.readNBytes(START);
    }
    String text = new String(start, StandardCharsets.ISO_8859_1).strip().toLowerCase(Locale.ROOT);
    if (text.isEmpty()) {
      throw UserException.of("%s: is empty; %s", file, SOURCE);
    }
    if (text.startsWith("version https://git-lfs.github.com")) {
      throw UserException.of(
          "%s: is a Git LFS pointer, which only names the file; `git lfs pull` fetches the file"
              + " itself, or %s",
          file, SOURCE);
    }
    if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
      throw UserException.of(
          "%s: is a web page (HTML), not a tokenizer file: download the file itself; %s",
          file, SOURCE);
    }
  }

  /// The vocabulary that is all of a file.
  static Vocabulary vocabulary(Path file) {
    return reading(
        file, path -> JsonFile.read(path, scanner -> vocabulary(scanner, path.toString())));
  }

  /// Takes a vocabulary from a scanner: an object of tokens and ids.
  ///
  /// @param where names its place in errors
  static Vocabulary vocabulary(JsonScanner scanner, String where) throws JsonScanner.Malformed {
    Vocabulary vocabulary = new Vocabulary();
    if (scanner.peek() != '{') {
      throw noVocabulary(where, JsonFile.tree(scanner));
    }
    ByteBuilder token = new ByteBuilder();
    for (boolean more = scanner.begin('{', '}'); more; more = scanner.hasNext('}')) {
      token.clear();
      scanner.readString(token);
      scanner.expect(':');
      vocabulary.put(token.array(), 0, token.size(), id(scanner, token, where));
    }
    if (vocabulary.size() == 0) {
      throw noVocabulary(where, JsonNodeFactory.instance.objectNode());
    }
    return vocabulary;
  }

  private static int id(JsonScanner scanner, ByteBuilder token, String where)
      throws JsonScanner.Malformed {
    int id = scanner.readIndex();
    if (id < 0 && FIELDS.contains(token.toString())) {
      throw UserException.of(
          "%s: is a tokenizer.json, not a vocab.json: set tokenizer_type to HFTokenizer", where);
    }
    if (id < 0 || id > MAX_ID) {
      throw UserException.of(
          "%s: token \"%s\": expected an id between 0 and %d, found %s",
          where, token, MAX_ID, id < 0 ? JsonFile.tree(scanner) : id);
    }
    return id;
  }

  /// What to say of a node that should have been a vocabulary.
  static UserException noVocabulary(String where, JsonNode found) {
    return UserException.of(
        "%s: expected a vocabulary, an object of tokens and ids, found %s", where, describe(found));
  }

  /// What a node is, for error messages.
  static String describe(JsonNode node) {
    if (node.isMissingNode()) {
      return "nothing";
    }
    String text = node.toString();
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  private TokenizerFile() {}
}
