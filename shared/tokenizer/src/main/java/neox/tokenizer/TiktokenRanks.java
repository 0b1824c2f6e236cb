package neox.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.tokenizer.vocabulary.Vocabulary;

/// Files of ranks as tiktoken has them: on each line a token in base64 and its rank, which is its
/// id.
final class TiktokenRanks {
  /// jtokkit's jar brings the files along; nothing else of it is used (docs/decisions/0007).
  private static final String BUNDLED = "/com/knuddels/jtokkit/";

  /// The ranks that come with the program.
  static Vocabulary bundled(TiktokenEncoding encoding) {
    String resource = BUNDLED + encoding.ranks() + ".tiktoken";
    try (InputStream in = TiktokenRanks.class.getResourceAsStream(resource)) {
      return parse(Objects.requireNonNull(in, resource).readAllBytes(), resource, encoding);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The ranks in a file of the user's.
  static Vocabulary read(Path file, TiktokenEncoding encoding) {
    return TokenizerFile.reading(
        file, path -> parse(NamedFiles.readAllBytes(path), path.toString(), encoding));
  }

  /// The bytes of each token, not as characters of an alphabet, with its rank.
  ///
  /// @param where names the file in errors
  private static Vocabulary parse(byte[] lines, String where, TiktokenEncoding encoding) {
    Vocabulary ranks = new Vocabulary();
    int line = 1;
    for (int at = 0; at < lines.length; line++) {
      int end = indexOf(lines, '\n', at, lines.length);
      if (end > at) {
        parseLine(lines, at, end, ranks, where + ": line " + line, encoding);
      }
      at = end + 1;
    }
    if (!ranks.hasDistinctIds()) {
      throw UserException.of("%s: two tokens have the same rank", where);
    }
    for (int b = 0; b < 256; b++) {
      if (ranks.id(new byte[] {(byte) b}, 0, 1) == Vocabulary.MISSING) {
        throw UserException.of(
            "%s: the byte 0x%02x has no rank, so not every text has tokens", where, b);
      }
    }
    return ranks;
  }

  private static void parseLine(
      byte[] lines, int from, int to, Vocabulary ranks, String where, TiktokenEncoding encoding) {
    int space = indexOf(lines, ' ', from, to);
    int rank;
    byte[] token;
    try {
      token = Base64.getDecoder().decode(Arrays.copyOfRange(lines, from, space));
      rank = Integer.parseInt(text(lines, Math.min(to, space + 1), to).strip());
    } catch (IllegalArgumentException e) {
      throw new UserException(
          String.format(
              "%s: expected a token in base64 and its rank, found \"%s\"",
              where, text(lines, from, Math.min(to, from + 40))),
          e);
    }
    if (token.length == 0 || rank < 0 || rank >= encoding.size()) {
      throw UserException.of(
          "%s: rank %d does not fit a vocabulary of %d tokens", where, rank, encoding.size());
    }
    if (encoding.special().containsValue(rank)) {
      throw UserException.of("%s: rank %d belongs to a special token", where, rank);
    }
    ranks.put(token, 0, token.length, rank);
  }

  private static int indexOf(byte[] bytes, char wanted, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != wanted) {
      at++;
    }
    return at;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private TiktokenRanks() {}
}
