package neox.data;

import java.security.MessageDigest;
import java.util.List;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;

/// What decides an order of samples besides the sizes of the documents, and the arrays it fills.
sealed interface OrderPlan permits PackedPlan, UnpackedPlan, OverflowPlan {
  /// An array to be made.
  record Spec(IntegerArray.Element element, List<Long> shape) {
    static Spec of(IntegerArray.Element element, Long... shape) {
      return new Spec(element, List.of(shape));
    }

    long length() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }

    long bytes() {
      return Math.multiplyExact(length(), (long) element.bytes());
    }
  }

  int seqLength();

  /// The documents that may take part.
  ItemRange items();

  /// Whether a document of those has a place in the order.
  ///
  /// @param document its number in the dataset
  default boolean takes(long document) {
    return true;
  }

  Spec documentSpec();

  Spec sampleSpec();

  Spec shuffleSpec();

  /// How many samples use every document once.
  double samplesPerEpoch();

  /// Fills arrays of the three specs.
  void build(SampleOrder order, IndexedTokens tokens, BuildProgress progress);

  /// Adds everything that the order depends on, but for the sizes of the documents.
  void addTo(MessageDigest digest);
}
