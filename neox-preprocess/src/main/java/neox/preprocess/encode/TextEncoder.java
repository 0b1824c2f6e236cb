package neox.preprocess.encode;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.base.text.Utf8Check;
import neox.tokenizer.TokenBuffer;
import neox.tokenizer.Tokenizer;

/// Encodes the texts of a row, each into a dataset of its own.
public final class TextEncoder implements DocumentEncoder {
  private final List<String> keys;
  private final JsonRow row;
  private final Tokenizer.Encoder encoder;
  private final OptionalInt eod;

  /// @param eod appended to every document
  public TextEncoder(List<String> keys, Tokenizer.Encoder encoder, OptionalInt eod) {
    this.keys = List.copyOf(keys);
    this.row = new JsonRow(keys);
    this.encoder = encoder;
    this.eod = eod;
  }

  @Override
  public int row(byte[] json, int from, int to, List<EncodedChunk.Documents> datasets)
      throws BadRow {
    row.parse(json, from, to);
    int emptied = 0;
    for (int key = 0; key < keys.size(); key++) {
      emptied += add(row.array(), row.from(key), row.to(key), datasets.get(key));
    }
    return emptied;
  }

  @Override
  public int text(byte[] bytes, int from, int to, List<EncodedChunk.Documents> datasets)
      throws BadRow {
    if (keys.size() > 1) {
      throw new BadRow("plain text has no keys, but --jsonl-keys asks for %s", keys);
    }
    int invalid = Utf8Check.firstInvalid(bytes, from, to);
    if (invalid >= 0) {
      throw new BadRow(
          "not valid UTF-8: byte 0x%02x%s",
          bytes[invalid] & 0xff, Utf8Check.hint(bytes, from, to, invalid));
    }
    return add(bytes, from, to, datasets.getFirst());
  }

  private int add(byte[] utf8, int from, int to, EncodedChunk.Documents documents) throws BadRow {
    if (from == to) {
      return 0; // empty texts are no documents
    }
    TokenBuffer tokens = documents.tokens();
    int before = tokens.size();
    try {
      encoder.encode(utf8, from, to, tokens);
    } catch (UserException e) { // some tokenizers refuse some texts
      throw new BadRow("%s", Objects.requireNonNull(e.getMessage()));
    }
    if (tokens.size() == before) { // nor are texts that mending has emptied
      if (eod.isEmpty()) {
        documents.sizes().add(0); // but GPT-NeoX's index ends one there
      }
      return 1;
    }
    if (eod.isPresent()) {
      tokens.add(eod.getAsInt());
    }
    documents.sizes().add(tokens.size() - before);
    return 0;
  }
}
