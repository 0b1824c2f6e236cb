package neox.preprocess.input;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Records of 16 decimal digits and as many bytes of text as they say.
final class LengthPrefixedDocuments implements DocumentSource {
  private static final int DIGITS = 16;
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final String file;
  private final RowLimit limit;
  private long number;
  private long tooLong;

  LengthPrefixedDocuments(InputStream in, String file, RowLimit limit) {
    this.in = in;
    this.file = file;
    this.limit = limit;
  }

  @Override
  public Optional<Document> next() throws IOException {
    pass();
    byte[] digits = in.readNBytes(DIGITS);
    if (digits.length == 0) {
      return Optional.empty();
    }
    String name = Document.member(file, Long.toString(++number));
    long length = length(digits);
    if (!limit.allows(length)) {
      tooLong = length; // passed over later: it may be much
      return Optional.of(Document.tooLong(name, length));
    }
    byte[] utf8 = in.readNBytes((int) length);
    if (utf8.length < length) {
      throw ended(utf8.length, length);
    }
    return Optional.of(new Document.Text(name, utf8));
  }

  private void pass() throws IOException {
    long passed = 0;
    while (passed < tooLong) {
      byte[] some = in.readNBytes((int) Math.min(BUFFER_BYTES, tooLong - passed));
      if (some.length == 0) {
        throw ended(passed, tooLong);
      }
      passed += some.length;
    }
    tooLong = 0;
  }

  private EOFException ended(long found, long length) {
    return new EOFException(
        "record %d ends after %,d of %,d bytes".formatted(number, found, length));
  }

  private long length(byte[] digits) throws IOException {
    boolean decimal = digits.length == DIGITS;
    for (byte digit : digits) {
      decimal &= digit >= '0' && digit <= '9';
    }
    if (!decimal) {
      throw new IOException(
          "record %d must begin with its length in %d decimal digits".formatted(number, DIGITS));
    }
    return Long.parseLong(new String(digits, StandardCharsets.US_ASCII));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
