package neox.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.config.NeoxConfig;
import neox.config.ObjectiveConfig.Reference;
import neox.data.indexed.IndexedFloats;
import neox.data.indexed.IndexedTokens;

/// The datasets of log-probabilities that a run's objective asks for beside its texts. Owns the
/// mapped files.
final class PrecomputedReferences implements AutoCloseable {
  private final Optional<String> name;
  private final int seqLength;
  private final List<IndexedFloats> opened = new ArrayList<>();

  private PrecomputedReferences(Optional<String> name, int seqLength) {
    this.name = name;
    this.seqLength = seqLength;
  }

  static PrecomputedReferences of(NeoxConfig config) {
    Optional<String> name =
        config
            .objective()
            .reference()
            .flatMap(reference ->
                switch (reference) {
                  case Reference.Precomputed(String datasets) -> Optional.of(datasets);
                  case Reference.Model _ -> Optional.empty();
                });
    return new PrecomputedReferences(name, config.model().seqLength());
  }

  /// The one of a dataset of texts; empty when the objective asks for none.
  Optional<PrecomputedReference> open(IndexedTokens texts) throws IOException {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    IndexedFloats values = IndexedFloats.open(Reference.dataset(texts.prefix(), name.get()));
    opened.add(values);
    return Optional.of(new PrecomputedReference(texts, values, seqLength));
  }

  @Override
  public void close() {
    opened.reversed().forEach(IndexedFloats::close);
    opened.clear();
  }
}
