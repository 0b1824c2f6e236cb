package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a file name says about its content: the one table of everything that is read. The first
/// entry that fits a name counts.
public enum InputFormat {
  JSON_LINES(".jsonl", PlainLines::open),
  ZSTD_JSON_LINES(".jsonl.zst", jsonLines(Decompression::zstd)),
  GZIP_JSON_LINES(".jsonl.gz", jsonLines(Decompression::gzip)),
  GZIP_JSON(".json.gz", jsonLines(Decompression::gzip)),
  TAR_OF_ZSTD_JSON_LINES(".jsonl.zst.tar", in -> new TarLines(in.stream(), in.name(), in.limit())),
  ZSTD_JSON_ARRAY(".json.zst", documents(Decompression::zstd, JsonArrayDocuments::new)),
  ZSTD_RECORDS(".dat.zst", documents(Decompression::zstd, LengthPrefixedDocuments::new)),
  TEXT(".txt", documents(in -> in, TextFile::new)),
  ZIP(".zip", in -> new DocumentChunks(in.name(), ZipDocuments.open(in))),
  GZIP_TAR(".tar.gz", documents(Decompression::gzip, TarDocuments::new)),
  OPENWEBTEXT("openwebtext.tar.xz", documents(Decompression::xz, NestedTarDocuments::new)) {
    @Override
    boolean fits(String name) {
      return name.equals("openwebtext.tar.xz");
    }
  },
  XZ_TAR(".tar.xz", documents(Decompression::xz, TarDocuments::new)),
  OPENWEBTEXT_SUBSET("_data.xz", documents(Decompression::xz, TarDocuments::new)) {
    @Override
    boolean fits(String name) {
      return super.fits(name) && name.contains("urlsf_subset");
    }
  },
  PARQUET(".parquet", in -> new DocumentChunks(in.name(), ParquetDocuments.open(in))),
  GZIP_TEXT_LINES(".gz", in -> lines(in, Decompression::gzip, Chunk.LineForm.TEXT));

  /// Endings of corpora that are not read: in a directory they must not be passed over in silence.
  private static final List<String> OTHER_CORPORA =
      List.of(".zst", ".zst.tar", ".tar", ".xz", ".bz2");

  /// Undoes a compression.
  private interface Decoder {
    InputStream decode(InputStream in) throws IOException;
  }

  /// Reads documents from a stream.
  private interface Documents {
    DocumentSource of(InputStream in, String name, RowLimit limit);
  }

  /// Opens a file of one format.
  private interface Opener {
    ChunkSource open(RawInput input) throws IOException;
  }

  private final String ending;

  @SuppressWarnings("ImmutableEnumChecker") // the lambdas above hold no state
  private final Opener opener;

  InputFormat(String ending, Opener opener) {
    this.ending = ending;
    this.opener = opener;
  }

  private static Opener jsonLines(Decoder decoder) {
    return in -> lines(in, decoder, Chunk.LineForm.JSON);
  }

  private static ChunkSource lines(RawInput input, Decoder decoder, Chunk.LineForm form)
      throws IOException {
    return new LineChunks(decoded(input, decoder), input.name(), form, input.limit());
  }

  private static Opener documents(Decoder decoder, Documents documents) {
    return in ->
        new DocumentChunks(in.name(), documents.of(decoded(in, decoder), in.name(), in.limit()));
  }

  /// Begins to read a stream of JSON rows, whose first bytes say how it is compressed.
  static ChunkSource openRows(RawInput input) throws IOException {
    return lines(input, Decompression::detectRows, Chunk.LineForm.JSON);
  }

  /// A stream whose head is not what the decoder expects is closed again.
  private static InputStream decoded(RawInput input, Decoder decoder) throws IOException {
    InputStream in = input.stream();
    try {
      return decoder.decode(in);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /// Begins to read a file.
  ChunkSource open(RawInput input) throws IOException {
    return opener.open(input);
  }

  /// Whether it needs a file in which one can go back and forth.
  boolean isReadFromTheBack() {
    return this == ZIP || this == PARQUET;
  }

  boolean fits(String name) {
    return name.endsWith(ending);
  }

  public static Optional<InputFormat> ofName(String name) {
    return Arrays.stream(values()).filter(format -> format.fits(name)).findFirst();
  }

  /// Whether a name looks like a corpus that we cannot read.
  static boolean unreadableCorpus(String name) {
    return ofName(name).isEmpty() && OTHER_CORPORA.stream().anyMatch(name::endsWith);
  }

  /// The endings that are read, for messages.
  static String endings() {
    return Arrays.stream(values()).map(format -> format.ending).collect(Collectors.joining(", "));
  }
}
