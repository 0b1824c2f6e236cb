package neox.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Orders too large for 32 bits, in files with holes: only the pages that a test touches exist.
class TwoBillionSamplesTest {
  private static final int SEQ = 2048;
  private static final int DOCUMENT_TOKENS = 1429;

  @TempDir Path directory;

  @Test
  void buildsAndReadsTheLastSamples() throws Exception {
    Path prefix = directory.resolve("d");
    Datasets.write(prefix, new int[][] {new int[DOCUMENT_TOKENS]});
    long epochs = 2_944_000_000L; // each of one document
    PackedPlan plan = new PackedPlan(new ItemRange(0, 1), SEQ, 1234, DOCUMENT_TOKENS, epochs);
    assertThat(plan.cuts()).isGreaterThan(2_050_000_000L);
    try (IndexedTokens tokens = IndexedTokens.open(prefix);
        Arena arena = Arena.ofConfined()) {
      SampleOrder order =
          new SampleOrder(
              sparse("doc", plan.documentSpec(), arena),
              sparse("sample", plan.sampleSpec(), arena),
              sparse("shuffle", plan.shuffleSpec(), arena));
      long last = plan.cuts();
      long from = last - 5000;
      setStart(order, from);
      plan.cut(order, tokens, from, last, BuildProgress.silent());
      for (long row = from; row <= last; row++) {
        assertThat(order.firstDocument(row)).isEqualTo(row * SEQ / DOCUMENT_TOKENS);
        assertThat(order.firstOffset(row)).isEqualTo(row * SEQ % DOCUMENT_TOKENS);
      }
      DocumentSamples samples =
          new DocumentSamples(Corpus.whole(tokens, Optional.empty()), order, SEQ, false);
      assertThat(samples.count()).isEqualTo(last - 1);
      order.shuffle().set(last - 2, last - 1);
      assertThat(samples.pieces(last - 2))
          .extracting(SamplePiece::offset)
          .first()
          .isEqualTo((int) ((last - 1) * SEQ % DOCUMENT_TOKENS));
      assertThat(samples.pieces(last - 2).stream().mapToInt(SamplePiece::length).sum())
          .isEqualTo(SEQ + 1);
    }
  }

  @Test
  void everyElementHoldsItsValuesBeyondTwoToTheThirtyTwo() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      for (IntegerArray.Element element : IntegerArray.Element.values()) {
        long length = (1L << 32) + 1000;
        IntegerArray array = sparse(element.name(), OrderPlan.Spec.of(element, length), arena);
        long largest =
            switch (element) {
              case UINT8 -> 255;
              case INT32 -> Integer.MAX_VALUE;
              case UINT32 -> 0xffffffffL;
              case INT64 -> 1L << 40;
            };
        array.set(length - 1, largest);
        array.swapDown(length - 1, new long[] {7, length - 1}, 2);
        assertThat(array.length()).isEqualTo(length);
        assertThat(array.get(length - 1)).isZero();
        assertThat(array.get(7)).isEqualTo(largest);
        assertThat(array.get((1L << 32) + 7)).isZero();
      }
    }
  }

  @Test
  void elementsGrowWhereNeoxHasThemGrow() {
    assertThat(plan(1, 1L << 31).documentSpec().element()).isEqualTo(IntegerArray.Element.INT64);
    assertThat(plan(1L << 30, 1).sampleSpec().element()).isEqualTo(IntegerArray.Element.INT64);
    assertThat(plan((1L << 30) - 2, 1).sampleSpec().element())
        .isEqualTo(IntegerArray.Element.INT32);
    assertThat(plan(0xfffffffdL, 1).shuffleSpec().element()).isEqualTo(IntegerArray.Element.UINT32);
    assertThat(plan(0xfffffffeL, 1).shuffleSpec().element()).isEqualTo(IntegerArray.Element.INT64);
  }

  /// A plan of so many cuts and documents.
  private static PackedPlan plan(long cuts, long documents) {
    return new PackedPlan(new ItemRange(0, documents), SEQ, 1, cuts * SEQ + 1, 1);
  }

  private static void setStart(SampleOrder order, long row) {
    order.setStart(row, row * SEQ / DOCUMENT_TOKENS, row * SEQ % DOCUMENT_TOKENS);
  }

  /// Zeros that take no space.
  private IntegerArray sparse(String name, OrderPlan.Spec spec, Arena arena) throws IOException {
    long bytes = Math.multiplyExact(spec.length(), (long) spec.element().bytes());
    Path file = directory.resolve(name);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      return new IntegerArray(
          spec.element(), channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena));
    }
  }
}
