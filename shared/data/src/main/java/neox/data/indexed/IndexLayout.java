package neox.data.indexed;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// How the `.idx` file beside the tokens is laid out.
public enum IndexLayout {
  /// The memory-mapped layout of [IndexFormat]: what everybody trains on.
  MMAP {
    @Override
    void write(Content content, LittleEndianSink sink) throws IOException {
      putBytes(IndexFormat.MAGIC, sink);
      sink.putLong(IndexFormat.VERSION);
      sink.putByte(content.width.code());
      sink.putLong(content.items);
      sink.putLong(content.documentEntries);
      for (long item = 0; item < content.items; item++) {
        sink.putInt(content.length(item));
      }
      long pointer = 0;
      for (long item = 0; item < content.items; item++) {
        sink.putLong(pointer);
        pointer += (long) content.length(item) * content.width.bytes();
      }
      sink.flush();
    }
  },

  /// The older TNTIDX layout, `cached` and `lazy` to NeoX: a header of seven numbers, then, all of
  /// 64 bits, where the dimensions of each item begin, where its tokens begin (in tokens), the
  /// dimensions, and the document ends.
  CACHED {
    @Override
    void write(Content content, LittleEndianSink sink) throws IOException {
      putBytes(IndexFormat.LEGACY_MAGIC, sink);
      sink.putLong(IndexFormat.VERSION);
      sink.putLong(content.width.code());
      sink.putLong(content.width.bytes());
      sink.putLong(content.items);
      sink.putLong(content.items); // dimensions: one for each item
      sink.putLong(content.documentEntries);
      for (long item = 0; item <= content.items; item++) {
        sink.putLong(item);
      }
      long offset = 0;
      for (long item = 0; item < content.items; item++) {
        sink.putLong(offset);
        offset += content.length(item);
      }
      sink.putLong(offset);
      for (long item = 0; item < content.items; item++) {
        sink.putLong(content.length(item));
      }
      sink.flush();
    }
  };

  /// What an index tells of a dataset.
  ///
  /// @param documentEntries one more than the documents
  /// @param lengths the length of each item in tokens, int32
  record Content(long items, long documentEntries, TokenWidth width, MemorySegment lengths) {
    int length(long item) {
      return lengths.get(IndexFormat.INT, Integer.BYTES * item);
    }
  }

  /// Writes everything but the document ends, which follow as they are.
  abstract void write(Content content, LittleEndianSink sink) throws IOException;

  private static void putBytes(byte[] bytes, LittleEndianSink sink) throws IOException {
    for (byte b : bytes) {
      sink.putByte(b);
    }
  }
}
