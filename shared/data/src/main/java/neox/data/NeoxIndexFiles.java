package neox.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;

/// The `.npy` files that GPT-NeoX leaves beside its data.
///
/// Their names hold neither the split nor the size of the data, so NeoX itself may pick up stale
/// ones. We never use them: our own order is the same, bit for bit. They are opened on request, to
/// compare, and refused when they are not the order that the data asks for.
///
/// @param prefix the dataset
/// @param split `train`, `valid`, `test`, or with the position in a blend, `train_0`
/// @param requestedSamples as in the file name
public record NeoxIndexFiles(
    Path prefix, String split, long requestedSamples, int seqLength, long seed) {

  /// The stem of the file names, in today's and in the 2023 form; the first that exists wins.
  List<Path> stems() {
    String name =
        "%s_%s_indexmap_%dns_%dsl_%ds"
            .formatted(prefix.getFileName(), split, requestedSamples, seqLength, seed);
    return List.of(prefix.resolveSibling(name + "_packedpi_ac"), prefix.resolveSibling(name));
  }

  /// The samples in the order of the files; empty when there are none.
  ///
  /// @param firstItem the first item of the split, `endItem` the one after its last
  /// @param arena how long the files stay mapped
  public Optional<TokenSamples> open(
      IndexedTokens tokens, long firstItem, long endItem, Arena arena) throws IOException {
    ItemRange items = new ItemRange(firstItem, endItem);
    Corpus corpus = new Corpus(tokens, Optional.empty(), items);
    PackedPlan plan = PackedPlan.of(corpus, seqLength, seed, OptionalLong.of(requestedSamples));
    Optional<SampleOrder> theirs = index(plan, arena);
    if (theirs.isEmpty()) {
      return Optional.empty();
    }
    SampleOrder ours = SampleOrder.allocate(plan, arena);
    plan.build(ours, tokens, BuildProgress.silent());
    requireEqual("document", theirs.get().documents(), ours.documents());
    requireEqual("sample", theirs.get().samples(), ours.samples());
    requireEqual("shuffle", theirs.get().shuffle(), ours.shuffle());
    return Optional.of(new DocumentSamples(corpus, ours, seqLength, false));
  }

  private void requireEqual(String name, IntegerArray theirs, IntegerArray ours) {
    for (long i = 0; i < ours.length(); i++) {
      if (theirs.get(i) != ours.get(i)) {
        throw UserException.of(
            "%s: the %s index of %s holds %d at %d, but this data and seed give %d: damaged, or made"
                + " for other data; delete it",
            prefix, name, split, theirs.get(i), i, ours.get(i));
      }
    }
  }

  Optional<SampleOrder> index(PackedPlan plan, Arena arena) throws IOException {
    for (Path stem : stems()) {
      if (Files.exists(part(stem, "doc"))) {
        return Optional.of(
            new SampleOrder(
                array(part(stem, "doc"), plan.documentSpec().shape(), arena),
                array(part(stem, "sample"), plan.sampleSpec().shape(), arena),
                array(part(stem, "shuffle"), plan.shuffleSpec().shape(), arena)));
      }
    }
    return Optional.empty();
  }

  private static Path part(Path stem, String name) {
    return stem.resolveSibling(stem.getFileName() + "_" + name + "_idx.npy");
  }

  private static IntegerArray array(Path file, List<Long> shape, Arena arena) throws IOException {
    NpyFile npy = NpyFile.open(file, arena);
    if (!npy.shape().equals(shape)) {
      throw UserException.of(
          "%s: shape %s, but this data and split give %s: made for other data; delete it",
          file, npy.shape(), shape);
    }
    return npy.values();
  }
}
