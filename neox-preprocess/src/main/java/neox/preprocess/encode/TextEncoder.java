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

  /// Of the tokens of each text in a row.
  private final int[] counts;

  /// @param eod appended to every document
  public TextEncoder(List<String> keys, Tokenizer.Encoder encoder, OptionalInt eod) {
    this.keys = List.copyOf(keys);
    this.row = new JsonRow(keys);
    this.encoder = encoder;
    this.eod = eod;
    this.counts = new int[keys.size()];
  }

  /// The datasets of several keys stay in step: where one text of a row is empty and another is
  /// not, the empty one is a document without a text.
  @Override
  public int row(byte[] json, int from, int to, List<EncodedChunk.Documents> datasets)
      throws BadRow {
    row.parse(json, from, to);
    boolean some = false;
    for (int key = 0; key < counts.length; key++) {
      counts[key] = encode(row.array(), row.from(key), row.to(key), datasets.get(key));
      some |= counts[key] > 0;
    }
    int emptied = 0;
    for (int key = 0; key < counts.length; key++) {
      if (some) {
        end(counts[key], datasets.get(key));
      } else {
        emptied += leaveOut(row.from(key), row.to(key), datasets.get(key));
      }
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
    EncodedChunk.Documents documents = datasets.getFirst();
    int count = encode(bytes, from, to, documents);
    if (count == 0) {
      return leaveOut(from, to, documents);
    }
    end(count, documents);
    return 0;
  }

  /// How many tokens the text has.
  private int encode(byte[] utf8, int from, int to, EncodedChunk.Documents documents)
      throws BadRow {
    if (from == to) {
      return 0;
    }
    TokenBuffer tokens = documents.tokens();
    int before = tokens.size();
    try {
      encoder.encode(utf8, from, to, tokens);
    } catch (UserException e) { // some tokenizers refuse some texts
      throw new BadRow("%s", Objects.requireNonNull(e.getMessage()));
    }
    return tokens.size() - before;
  }

  private void end(int count, EncodedChunk.Documents documents) {
    if (eod.isPresent()) {
      documents.tokens().add(eod.getAsInt());
    }
    documents.sizes().add(eod.isPresent() ? count + 1 : count); // 0 ends a document of no items
  }

  /// Empty texts are no documents, nor are those that mending has emptied: how many of the latter.
  private int leaveOut(int from, int to, EncodedChunk.Documents documents) {
    if (from == to) {
      return 0;
    }
    if (eod.isEmpty()) {
      end(0, documents); // as GPT-NeoX's index has it
    }
    return 1;
  }
}
