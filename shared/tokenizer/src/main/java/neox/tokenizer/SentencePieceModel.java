package neox.tokenizer;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;

/// What we read of a SentencePiece `.model`, a protocol buffer: its pieces and how it treats
/// spaces.
///
/// @param dummyPrefix whether a space is put before every text
/// @param removeSpaces whether spaces at both ends and doubled ones are removed
record SentencePieceModel(List<Piece> pieces, boolean dummyPrefix, boolean removeSpaces) {
  private static final int FIELD_SHIFT = 3;

  SentencePieceModel {
    pieces = List.copyOf(pieces);
  }

  /// One entry of the vocabulary.
  record Piece(String text, Kind kind) {}

  /// In the order of their numbers in the file, from 1 on.
  enum Kind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE
  }

  /// Receives one field of a message.
  private interface Field {
    void read(int number, long value, ByteBuffer bytes);
  }

  static SentencePieceModel read(Path file) {
    byte[] bytes = TokenizerFile.reading(file, Files::readAllBytes);
    try {
      return parse(ByteBuffer.wrap(bytes));
    } catch (BufferUnderflowException
        | IndexOutOfBoundsException
        | ArithmeticException
        | IllegalArgumentException
        | IOException e) {
      throw new UserException(
          file + ": not a SentencePiece model: set vocab_file to its .model file", e);
    }
  }

  private static SentencePieceModel parse(ByteBuffer file) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    boolean[] spaces = {true, true};
    message(
        file,
        (number, value, bytes) -> {
          if (number == 1) {
            pieces.add(piece(bytes));
          } else if (number == 3) {
            message(
                bytes,
                (inner, flag, rest) -> {
                  if (inner == 3 || inner == 4) {
                    spaces[inner - 3] = flag != 0;
                  }
                });
          }
        });
    if (pieces.isEmpty()) {
      throw new IOException("no pieces");
    }
    return new SentencePieceModel(pieces, spaces[0], spaces[1]);
  }

  private static Piece piece(ByteBuffer message) {
    String[] text = {""};
    Kind[] kind = {Kind.NORMAL};
    message(
        message,
        (number, value, bytes) -> {
          if (number == 1) {
            text[0] = StandardCharsets.UTF_8.decode(bytes).toString();
          } else if (number == 3) {
            if (value < 1 || value > Kind.values().length) {
              throw new IllegalArgumentException("kind of piece " + value);
            }
            kind[0] = Kind.values()[(int) value - 1];
          }
        });
    return new Piece(text[0], kind[0]);
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
