package neox.data.indexed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import neox.base.UserException;
import neox.data.Datasets;
import neox.data.Golden;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexedTokensWriterTest {
  private static final Path CACHED = Path.of("src/test/resources/golden/cached/out_text_document");

  @TempDir Path directory;
  private Path prefix;
  private Path partial;

  @BeforeEach
  void place() {
    prefix = directory.resolve("d");
    partial = directory.resolve("d.partial");
  }

  @Test
  void writesNeoxCachedLayoutByteForByte() throws Exception {
    byte[] index = Files.readAllBytes(IndexFormat.idx(CACHED));
    ByteBuffer header = ByteBuffer.wrap(index).order(ByteOrder.LITTLE_ENDIAN);
    int items = (int) header.getLong(32);
    int sizesAt = 56 + 8 * (items + 1) * 2;
    ByteBuffer tokens =
        ByteBuffer.wrap(Files.readAllBytes(IndexFormat.bin(CACHED))).order(ByteOrder.LITTLE_ENDIAN);
    DatasetTarget target = new DatasetTarget(prefix, TokenWidth.INT32, IndexLayout.CACHED);
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(target)) {
      for (int item = 0; item < items; item++) {
        int[] document = new int[(int) header.getLong(sizesAt + 8 * item)];
        for (int i = 0; i < document.length; i++) {
          document[i] = tokens.getInt();
        }
        writer.addDocument(document, 0, document.length);
      }
      writer.commit();
    }
    assertThat(items).isEqualTo(151);
    assertThat(Files.mismatch(IndexFormat.bin(prefix), IndexFormat.bin(CACHED))).isEqualTo(-1);
    assertThat(Files.mismatch(IndexFormat.idx(prefix), IndexFormat.idx(CACHED))).isEqualTo(-1);
  }

  @Test
  void goesOnBehindWhatWasSavedWhateverCameAfter() throws Exception {
    for (int saved = 0; saved <= 3; saved++) {
      Extent extent = abandon(saved);
      for (String ending : new String[] {".bin", ".sizes", ".ends"}) {
        Files.write(partial.resolve("d" + ending), new byte[777], StandardOpenOption.APPEND);
      }
      try (WorkDirectory work = WorkDirectory.open(partial)) {
        try (IndexedTokensWriter writer = IndexedTokensWriter.resume(work, target(), extent)) {
          for (int document = saved; document < 5; document++) {
            add(writer, document);
          }
          writer.commit();
        }
        work.delete();
      }
      try (IndexedTokens tokens = IndexedTokens.open(prefix)) {
        assertThat(tokens.count()).isEqualTo(4);
        assertThat(tokens.documentEntries()).isEqualTo(6);
        assertThat(tokens.documentEntry(5)).isEqualTo(4);
        assertThat(tokens.item(3)).containsExactly(4, 4, 4, 4);
      }
    }
    assertThat(Golden.fileNames(directory)).containsExactly("d.bin", "d.idx");
  }

  /// Saves after a number of documents, adds one more and leaves.
  private Extent abandon(int documents) throws IOException {
    try (WorkDirectory work = WorkDirectory.open(partial);
        IndexedTokensWriter writer = IndexedTokensWriter.resume(work, target(), Extent.NOTHING)) {
      for (int document = 0; document < documents; document++) {
        add(writer, document);
      }
      Extent extent = writer.save();
      add(writer, documents);
      return extent;
    }
  }

  /// Document n is n times n; the first is empty.
  private static void add(IndexedTokensWriter writer, int document) throws IOException {
    int[] tokens = new int[document];
    java.util.Arrays.fill(tokens, document);
    writer.addDocument(tokens, 0, document);
  }

  private DatasetTarget target() {
    return new DatasetTarget(prefix, TokenWidth.UINT16, IndexLayout.MMAP);
  }

  @Test
  void refusesToGoOnBehindLostBytes() throws Exception {
    Extent extent = abandon(3);
    Files.write(partial.resolve("d.bin"), new byte[4]);
    try (WorkDirectory work = WorkDirectory.open(partial)) {
      assertThatThrownBy(() -> IndexedTokensWriter.resume(work, target(), extent))
          .isInstanceOf(UserException.class)
          .hasMessage(
              partial.resolve("d.bin")
                  + ": 4 bytes, but at least 6 were written: the file was changed or the disk lost"
                  + " them, so the work cannot go on from here");
    }
  }

  @Test
  void finishesPublishingAfterACrashBetweenTheRenames() throws Exception {
    try (WorkDirectory work = WorkDirectory.open(partial);
        IndexedTokensWriter writer = IndexedTokensWriter.resume(work, target(), Extent.NOTHING)) {
      add(writer, 2);
      writer.finish();
      Files.writeString(IndexFormat.idx(prefix), "old");
      Files.move(partial.resolve("d.bin"), IndexFormat.bin(prefix));
      IndexedTokensWriter.publish(work, prefix);
      IndexedTokensWriter.publish(work, prefix);
    }
    try (IndexedTokens tokens = IndexedTokens.open(prefix)) {
      assertThat(tokens.item(0)).containsExactly(2, 2);
    }
  }

  @Test
  void keepsASecondWriterOut() throws Exception {
    try (IndexedTokensWriter first = IndexedTokensWriter.create(prefix, TokenWidth.UINT16)) {
      assertThatThrownBy(() -> IndexedTokensWriter.create(prefix, TokenWidth.UINT16))
          .isInstanceOf(UserException.class)
          .hasMessage(
              directory.resolve("d.writing")
                  + ": another run is writing here; wait until it has ended, or choose another"
                  + " output");
      add(first, 1);
      first.commit();
    }
    assertThat(Golden.fileNames(directory)).containsExactly("d.bin", "d.idx");
  }

  @Test
  void clearsUpWhatAKilledWriterLeft() throws Exception {
    Path writing = Files.createDirectory(directory.resolve("d.writing"));
    Files.createFile(writing.resolve("lock"));
    Files.write(writing.resolve("d.ends"), new byte[99]);
    Datasets.write(prefix, new int[][] {{7}});
    assertThat(Golden.fileNames(directory)).containsExactly("d.bin", "d.idx");
  }

  @Test
  void leavesForeignFilesAlone() throws Exception {
    Path writing = Files.createDirectory(directory.resolve("d.writing"));
    Files.writeString(writing.resolve("novel.txt"), "It was a dark and stormy night");
    assertThatThrownBy(() -> IndexedTokensWriter.create(prefix, TokenWidth.UINT16))
        .isInstanceOf(UserException.class)
        .hasMessage(
            writing
                + " is needed as the working directory, but something else has that name; move it"
                + " away, or choose another output");
    assertThat(Golden.fileNames(writing)).containsExactly("novel.txt");
  }
}
