package neox.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import neox.base.AtomicFile;
import neox.base.NamedFiles;
import neox.base.UserException;

/// The arrays of one order as numpy would write them, and beside them a file with the checksum of
/// each. What does not agree with its checksum is never used.
///
/// @param stem what the names of the four files begin with
record OrderFiles(Path stem) {
  private static final long SLICE = 1L << 30; // a ByteBuffer ends at 2 GiB

  /// Fills the arrays of an order.
  interface Builder {
    void build(SampleOrder order);
  }

  private Path documents() {
    return sibling("_doc_idx.npy");
  }

  private Path samples() {
    return sibling("_sample_idx.npy");
  }

  private Path shuffle() {
    return sibling("_shuffle_idx.npy");
  }

  /// Written last: without it the set is not complete.
  private Path checksums() {
    return sibling("_crc32c.txt");
  }

  private Path sibling(String ending) {
    return stem.resolveSibling(stem.getFileName() + ending);
  }

  private List<Path> arrays() {
    return List.of(documents(), samples(), shuffle());
  }

  /// The order in the files; empty when they are not all there. [UserException] when one of them is
  /// damaged.
  ///
  /// @param arena how long they stay mapped
  Optional<SampleOrder> read(OrderPlan plan, Arena arena) throws IOException {
    boolean complete =
        Files.isRegularFile(checksums()) && arrays().stream().allMatch(Files::isRegularFile);
    if (!complete) {
      return Optional.empty();
    }
    StringBuilder sums = new StringBuilder();
    for (Path file : arrays()) {
      try (FileChannel channel = NamedFiles.open(file, StandardOpenOption.READ)) {
        sums.append(checksumLine(file, channel));
      }
    }
    byte[] expected = sums.toString().getBytes(StandardCharsets.UTF_8);
    if (!Arrays.equals(expected, NamedFiles.readAllBytes(checksums()))) {
      throw UserException.of("%s: the order of samples beside it does not agree", checksums());
    }
    return Optional.of(
        new SampleOrder(
            open(documents(), plan.documentSpec(), arena),
            open(samples(), plan.sampleSpec(), arena),
            open(shuffle(), plan.shuffleSpec(), arena)));
  }

  private static IntegerArray open(Path file, OrderPlan.Spec spec, Arena arena) throws IOException {
    NpyFile npy = NpyFile.open(file, arena);
    if (!npy.shape().equals(spec.shape()) || npy.values().element() != spec.element()) {
      throw UserException.of("%s: not the array that the data asks for", file);
    }
    return npy.values();
  }

  /// How many bytes of a disk the arrays take.
  static long bytes(OrderPlan plan) {
    return Math.addExact(
        Math.addExact(plan.documentSpec().bytes(), plan.sampleSpec().bytes()),
        plan.shuffleSpec().bytes());
  }

  /// Has the order built in mapped files, which appear when all are complete.
  ///
  /// @param arena how long they stay mapped
  SampleOrder write(OrderPlan plan, Builder builder, Arena arena) throws IOException {
    try (AtomicFile documents = AtomicFile.create(documents());
        AtomicFile samples = AtomicFile.create(samples());
        AtomicFile shuffle = AtomicFile.create(shuffle());
        AtomicFile checksums = AtomicFile.create(checksums())) {
      SampleOrder order =
          new SampleOrder(
              create(documents, plan.documentSpec(), arena),
              create(samples, plan.sampleSpec(), arena),
              create(shuffle, plan.shuffleSpec(), arena));
      builder.build(order);
      String sums =
          checksumLine(documents(), documents.channel())
              + checksumLine(samples(), samples.channel())
              + checksumLine(shuffle(), shuffle.channel());
      checksums.stream().write(sums.getBytes(StandardCharsets.UTF_8));
      Files.deleteIfExists(checksums()); // what it says is true of the old files alone
      documents.commit();
      samples.commit();
      shuffle.commit();
      checksums.commit();
      return order;
    }
  }

  private static IntegerArray create(AtomicFile file, OrderPlan.Spec spec, Arena arena)
      throws IOException {
    return NpyFile.create(file, spec.element(), spec.shape(), arena).values();
  }

  private static String checksumLine(Path file, FileChannel channel) throws IOException {
    CRC32C checksum = new CRC32C();
    try (Arena arena = Arena.ofShared()) {
      for (long at = 0; at < channel.size(); at += SLICE) {
        long length = Math.min(SLICE, channel.size() - at);
        MemorySegment slice = channel.map(FileChannel.MapMode.READ_ONLY, at, length, arena);
        checksum.update(slice.asByteBuffer());
      }
    }
    return "%08x  %s\n".formatted(checksum.getValue(), file.getFileName());
  }
}
