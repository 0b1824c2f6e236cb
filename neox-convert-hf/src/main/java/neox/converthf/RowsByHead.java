package neox.converthf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import neox.config.model.ModelConfig;
import neox.weights.ByteSource;
import neox.weights.DerivedStore;
import neox.weights.LazyTensor;
import neox.weights.TensorStore;
import neox.weights.Woven;
import neox.weights.Woven.Strand;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;

/// A checkpoint of [GqaLayout#HEADS] as one of [GqaLayout#SECTIONS].
///
/// A rank's rows are those of its query heads, one after the other: of each d rows of q, then d ·
/// kvHeads / heads of k, then as many of v. Those of k of neighbouring query heads make up a head
/// of keys.
///
/// @param stored closed with this
/// @param ranks tensor-parallel ones that wrote it
/// @param reordered the parameters with such rows, by key
record RowsByHead(
    TensorStore stored, ModelConfig model, int ranks, Map<String, ParameterSpec> reordered)
    implements DerivedStore {
  static RowsByHead of(TensorStore stored, NetworkSpec network, int ranks) {
    Map<String, ParameterSpec> reordered =
        network.parameters().stream()
            .filter(spec -> spec.key().contains(".attention.query_key_value."))
            .collect(Collectors.toMap(ParameterSpec::key, Function.identity()));
    return new RowsByHead(stored, network.config(), ranks, reordered);
  }

  @Override
  public LazyTensor tensor(String name) {
    LazyTensor whole = stored.tensor(name);
    ParameterSpec spec = reordered.get(name);
    if (spec == null) {
      return whole;
    }
    List<LazyTensor> pieces = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      pieces.add(inSections(Shards.split(spec, whole, rank, ranks)));
    }
    return Shards.joined(spec, pieces);
  }

  /// The rows of one rank: of each head the first part, then of each the second, then the third.
  private LazyTensor inSections(LazyTensor rows) {
    int heads = model.heads() / ranks;
    long perHead = rows.byteSize() / heads;
    int parts = model.heads() + 2 * model.kvHeads();
    long query = perHead * model.heads() / parts;
    long key = perHead * model.kvHeads() / parts;
    List<ByteSource> sections =
        List.of(
            new Woven(heads, List.of(new Strand(rows.bytes(), 0, query, perHead))),
            new Woven(heads, List.of(new Strand(rows.bytes(), query, key, perHead))),
            new Woven(heads, List.of(new Strand(rows.bytes(), query + key, key, perHead))));
    return new LazyTensor(rows.dtype(), rows.shape(), Woven.concatenated(sections));
  }
}
