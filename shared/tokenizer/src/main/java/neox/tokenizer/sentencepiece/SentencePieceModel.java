package neox.tokenizer.sentencepiece;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.tokenizer.parts.Charsmap;

/// What a SentencePiece `.model`, a protocol buffer, says.
///
/// @param unknown the id of the piece for what is unknown
/// @param merges whether it is a BPE model; else a Unigram model
/// @param byteFallback whether unknown characters become bytes
/// @param normalization how texts are changed first
public record SentencePieceModel(
    List<Piece> pieces,
    int unknown,
    boolean merges,
    boolean byteFallback,
    Normalization normalization) {
  private static final int FIELD_SHIFT = 3;
  private static final int BYTES = 256;
  private static final int DIGITS_AT = "<0x".length();
  private static final int UNIGRAM = 1;
  private static final int BPE = 2;

  public SentencePieceModel {
    pieces = List.copyOf(pieces);
  }

  /// The same with more pieces after its own.
  public SentencePieceModel withPieces(List<Piece> more) {
    List<Piece> all = new ArrayList<>(pieces);
    all.addAll(more);
    return new SentencePieceModel(all, unknown, merges, byteFallback, normalization);
  }

  /// The same without the space before every text.
  public SentencePieceModel withoutPrefix() {
    Normalization plain =
        new Normalization(normalization.map(), false, normalization.removeSpaces());
    return new SentencePieceModel(pieces, unknown, merges, byteFallback, plain);
  }

  /// One entry of the vocabulary.
  public record Piece(String text, float score, Kind kind) {
    /// The byte that a piece `<0x41>` stands for.
    public int byteValue() {
      return Integer.parseInt(text, DIGITS_AT, DIGITS_AT + 2, 16);
    }

    /// Whether a text can have it.
    boolean isText() {
      return switch (kind) {
        case NORMAL, USER_DEFINED, UNUSED -> true;
        case UNKNOWN, CONTROL, BYTE -> false;
      };
    }
  }

  /// In the order of their numbers in the file, from 1 on.
  public enum Kind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE
  }

  /// How a text is changed before it is cut.
  ///
  /// @param map what characters are replaced by
  /// @param dummyPrefix whether a space is put before every text
  /// @param removeSpaces whether spaces at both ends and doubled ones are removed
  public record Normalization(Optional<Charsmap> map, boolean dummyPrefix, boolean removeSpaces) {}

  /// Receives one field of a message.
  private interface Field {
    void read(int number, long value, ByteBuffer bytes);
  }

  /// Takes a model from the bytes of its file.
  ///
  /// @param file names it in errors
  public static SentencePieceModel read(byte[] bytes, Path file) {
    Fields fields = new Fields();
    try {
      message(ByteBuffer.wrap(bytes), fields::root);
    } catch (BufferUnderflowException
        | IndexOutOfBoundsException
        | ArithmeticException
        | IllegalArgumentException e) {
      throw new UserException(
          file + ": not a SentencePiece model: set vocab_file to its .model file", e);
    }
    return fields.model(file);
  }

  /// The fields of a file that are known, as they come.
  private static final class Fields {
    private final List<Piece> pieces = new ArrayList<>();
    private byte[] map = {};
    private long kind = UNIGRAM;
    private boolean suffix;
    private boolean byteFallback;
    private boolean dummyPrefix = true;
    private boolean removeSpaces = true;
    private boolean escapeSpaces = true;

    private void root(int number, long value, ByteBuffer bytes) {
      switch (number) {
        case 1 -> pieces.add(piece(bytes));
        case 2 -> message(bytes, this::trainer);
        case 3 -> message(bytes, this::normalizer);
        default -> {}
      }
    }

    private void trainer(int number, long value, ByteBuffer bytes) {
      switch (number) {
        case 3 -> kind = value;
        case 24 -> suffix = value != 0;
        case 35 -> byteFallback = value != 0;
        default -> {}
      }
    }

    private void normalizer(int number, long value, ByteBuffer bytes) {
      switch (number) {
        case 2 -> {
          map = new byte[bytes.remaining()];
          bytes.get(map);
        }
        case 3 -> dummyPrefix = value != 0;
        case 4 -> removeSpaces = value != 0;
        case 5 -> escapeSpaces = value != 0;
        default -> {}
      }
    }

    SentencePieceModel model(Path file) {
      if (pieces.isEmpty()) {
        throw new UserException(
            file + ": not a SentencePiece model: set vocab_file to its .model file");
      }
      if (kind != UNIGRAM && kind != BPE) {
        throw UserException.of(
            "%s: a SentencePiece model of type %d is not supported; supported: Unigram (1), BPE (2)",
            file, kind);
      }
      if (suffix || !escapeSpaces) {
        throw UserException.of(
            "%s: a SentencePiece model with %s is not supported",
            file, suffix ? "treat_whitespace_as_suffix" : "escape_whitespaces off");
      }
      Optional<Charsmap> charsmap =
          map.length == 0
              ? Optional.empty()
              : Optional.of(Charsmap.of(map, file + ": normalizer_spec.precompiled_charsmap"));
      Normalization normalization = new Normalization(charsmap, dummyPrefix, removeSpaces);
      return new SentencePieceModel(
          pieces, unknown(file), kind == BPE, byteFallback, normalization);
    }

    /// Checks the pieces as SentencePiece does, and gives the one for what is unknown.
    private int unknown(Path file) {
      int unknown = -1;
      int bytes = 0;
      Set<String> seen = new HashSet<>();
      for (int id = 0; id < pieces.size(); id++) {
        Piece piece = pieces.get(id);
        if (piece.text().isEmpty() || !seen.add(piece.text())) {
          throw UserException.of(
              "%s: piece %d is %s", file, id, piece.text().isEmpty() ? "empty" : "there twice");
        }
        if (piece.kind() == Kind.UNKNOWN) {
          if (unknown >= 0) {
            throw UserException.of("%s: pieces %d and %d are both unknown", file, unknown, id);
          }
          unknown = id;
        }
        if (piece.kind() == Kind.BYTE) {
          bytes++;
          if (!piece.text().matches("<0x[0-9A-F]{2}>") || !byteFallback) {
            throw UserException.of("%s: piece %d stands for no byte", file, id);
          }
        }
      }
      if (unknown < 0 || (byteFallback && bytes != BYTES)) {
        throw UserException.of(
            "%s: has no piece for %s", file, unknown < 0 ? "what is unknown" : "each byte");
      }
      return unknown;
    }
  }

  private static Piece piece(ByteBuffer message) {
    String[] text = {""};
    float[] score = {0};
    Kind[] kind = {Kind.NORMAL};
    message(
        message,
        (number, value, bytes) -> {
          if (number == 1) {
            text[0] = utf8(bytes);
          } else if (number == 2) {
            score[0] = Float.intBitsToFloat((int) value);
          } else if (number == 3) {
            if (value < 1 || value > Kind.values().length) {
              throw new IllegalArgumentException("kind of piece " + value);
            }
            kind[0] = Kind.values()[(int) value - 1];
          }
        });
    if (!Float.isFinite(score[0])) {
      throw new IllegalArgumentException("score of piece " + score[0]);
    }
    return new Piece(text[0], score[0], kind[0]);
  }

  private static String utf8(ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("piece", e);
    }
  }

  /// Hands over the fields of a message: a number for those that are one, bytes for the others.
  private static void message(ByteBuffer message, Field field) {
    ByteBuffer none = ByteBuffer.allocate(0);
    message.order(ByteOrder.LITTLE_ENDIAN);
    while (message.hasRemaining()) {
      long tag = varint(message);
      int number = (int) (tag >>> FIELD_SHIFT);
      switch ((int) tag & 7) {
        case 0 -> field.read(number, varint(message), none);
        case 1 -> field.read(number, message.getLong(), none);
        case 2 -> {
          int length = Math.toIntExact(Math.min(varint(message), Integer.MAX_VALUE));
          int end = Math.addExact(message.position(), length);
          ByteBuffer inner = message.slice(message.position(), length);
          message.position(end);
          field.read(number, 0, inner);
        }
        case 5 -> field.read(number, message.getInt(), none);
        default -> throw new IllegalArgumentException("wire type of field " + number);
      }
    }
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte b = bytes.get();
      value |= (b & 0x7FL) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("number without an end");
  }
}
