package neox.preprocess;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.tokenizer.TokenBuffer;
import neox.tokenizer.Tokenizer;

/// One worker's own state: parses the rows of a chunk and encodes their texts. Not thread-safe.
final class ChunkEncoder {
  private final List<String> keys;
  private final JsonRow row;
  private final Tokenizer.Encoder encoder;
  private final OptionalInt eod;
  private final OnError onError;

  /// @param eod appended to every document
  ChunkEncoder(List<String> keys, Tokenizer.Encoder encoder, OptionalInt eod, OnError onError) {
    this.keys = List.copyOf(keys);
    this.row = new JsonRow(keys);
    this.encoder = encoder;
    this.eod = eod;
    this.onError = onError;
  }

  EncodedChunk encode(Chunk chunk) {
    List<EncodedChunk.Documents> documents = new ArrayList<>();
    keys.forEach(key -> documents.add(new EncodedChunk.Documents()));
    List<String> badRows = new ArrayList<>();
    Optional<String> failure =
        switch (chunk.kind()) {
          case JSON_LINES -> encodeLines(chunk, documents, badRows);
          case TEXT -> encodeText(chunk, documents, badRows);
        };
    return new EncodedChunk(documents, chunk.length(), badRows, failure);
  }

  private Optional<String> encodeLines(
      Chunk chunk, List<EncodedChunk.Documents> documents, List<String> badRows) {
    byte[] bytes = chunk.bytes();
    long line = chunk.firstLine();
    for (int from = 0; from < chunk.length(); line++) {
      int to = from;
      while (to < chunk.length() && bytes[to] != '\n') {
        to++;
      }
      try {
        row.parse(bytes, from, to);
        for (int key = 0; key < keys.size(); key++) {
          add(row.array(), row.from(key), row.to(key), documents.get(key));
        }
      } catch (BadRow e) {
        String problem = chunk.source() + ":" + line + ": " + e.getMessage();
        if (onError == OnError.STOP) {
          return Optional.of(problem);
        }
        badRows.add(problem);
      }
      from = to + 1;
    }
    return Optional.empty();
  }

  private Optional<String> encodeText(
      Chunk chunk, List<EncodedChunk.Documents> documents, List<String> badRows) {
    Optional<String> problem = textProblem(chunk);
    if (problem.isPresent()) {
      if (onError == OnError.STOP) {
        return problem;
      }
      badRows.add(problem.get());
      return Optional.empty();
    }
    int length = normalizeLineEnds(chunk.bytes(), chunk.length());
    add(chunk.bytes(), 0, length, documents.getFirst());
    return Optional.empty();
  }

  private Optional<String> textProblem(Chunk chunk) {
    if (keys.size() > 1) {
      return Optional.of(
          chunk.source() + ": plain text has no keys, but --jsonl-keys asks for " + keys);
    }
    byte[] bytes = chunk.bytes();
    int invalid = Utf8.firstInvalid(bytes, 0, chunk.length());
    if (invalid < 0) {
      return Optional.empty();
    }
    long line = 1;
    for (int i = 0; i < invalid; i++) {
      line += bytes[i] == '\n' ? 1 : 0;
    }
    return Optional.of(
        String.format(
            java.util.Locale.ROOT,
            "%s:%d: not valid UTF-8: byte 0x%02x",
            chunk.source(),
            line,
            bytes[invalid] & 0xff));
  }

  /// NeoX compat: Python reads text with every `\r\n` and `\r` turned into `\n`. Works in place.
  private static int normalizeLineEnds(byte[] bytes, int length) {
    int out = 0;
    for (int in = 0; in < length; in++) {
      byte b = bytes[in];
      if (b == '\r') {
        in += in + 1 < length && bytes[in + 1] == '\n' ? 1 : 0;
        b = '\n';
      }
      bytes[out++] = b;
    }
    return out;
  }

  private void add(byte[] utf8, int from, int to, EncodedChunk.Documents documents) {
    if (from == to) {
      return; // empty texts are no documents
    }
    TokenBuffer tokens = documents.tokens();
    int before = tokens.size();
    encoder.encode(utf8, from, to, tokens);
    if (tokens.size() == before) {
      return; // nor are texts that mending has emptied
    }
    if (eod.isPresent()) {
      tokens.add(eod.getAsInt());
    }
    documents.sizes().add(tokens.size() - before);
  }
}
