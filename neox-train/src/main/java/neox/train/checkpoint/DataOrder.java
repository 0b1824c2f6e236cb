package neox.train.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import neox.config.DataConfig;
import neox.config.NeoxConfig;
import neox.config.Packing;
import neox.data.ledger.Ledger;

/// What the order of the training samples of a run depends on.
///
/// @param samples how many it was made for, which decides the number of epochs
/// @param trainIters steps of the run that made it
/// @param trainBatchSize samples of one of its steps, over all ranks
/// @param split shares of the dataset; empty where each split has datasets of its own
/// @param packing how documents become samples (`pack_impl`), and whether long ones take part
/// @param datasets of the mixture; none where it changes in the course of the run
public record DataOrder(
    long samples,
    long trainIters,
    int trainBatchSize,
    long seed,
    int seqLength,
    String split,
    String packing,
    List<Dataset> datasets) {

  /// A training dataset, or the part of it that `split` gives to training.
  ///
  /// @param samples how many it gives before its order repeats
  /// @param checksum of the whole dataset, wherever its files lie
  public record Dataset(
      String path, long documents, long tokens, long samples, double weight, String checksum) {

    private boolean givesTheSamplesOf(Dataset other) {
      return documents == other.documents
          && samples == other.samples
          && weight == other.weight
          && checksum.equals(other.checksum);
    }

    private static Dataset read(StateFields fields) {
      return new Dataset(
          fields.text("path"),
          fields.count("documents"),
          fields.count("tokens"),
          fields.count("samples"),
          fields.real("weight"),
          fields.text("checksum"));
    }
  }

  public DataOrder {
    datasets = List.copyOf(datasets);
  }

  /// Whether the two are the same samples, one after the other.
  public boolean isSameAs(DataOrder other) {
    boolean same =
        seed == other.seed
            && seqLength == other.seqLength
            && packing.equals(other.packing)
            && datasets.size() == other.datasets.size();
    for (int d = 0; same && d < datasets.size(); d++) {
      same = datasets.get(d).givesTheSamplesOf(other.datasets.get(d));
    }
    return same;
  }

  /// The name of how documents become samples.
  public static String packing(DataConfig data) {
    String name = data.packing().name().toLowerCase(Locale.ROOT);
    boolean leavesOut = data.packing() != Packing.PACKED && !data.allowChopped();
    return leavesOut ? name + " without chopped documents" : name;
  }

  /// Whether a configuration makes the same samples of a dataset.
  public boolean cutsAs(NeoxConfig config) {
    return seed == config.data().seed()
        && seqLength == config.model().seqLength()
        && packing.equals(packing(config.data()));
  }

  /// The mixture that this is the order of, as the one phase of a ledger.
  public Ledger ledger() {
    List<Ledger.Dataset> all = new ArrayList<>();
    for (Dataset dataset : datasets) {
      long madeFor = dataset.samples + 1; // as GPT-NeoX, an order never gives the last one
      all.add(
          new Ledger.Dataset(
              dataset.path,
              dataset.documents,
              dataset.tokens,
              dataset.samples,
              madeFor,
              dataset.checksum));
    }
    List<Integer> members = IntStream.range(0, all.size()).boxed().toList();
    List<Double> weights = datasets.stream().map(Dataset::weight).toList();
    return new Ledger(all, List.of(new Ledger.Phase(0, members, weights)));
  }

  void write(ObjectNode json) {
    json.put("samples", samples)
        .put("train_iters", trainIters)
        .put("train_batch_size", trainBatchSize)
        .put("seed", seed)
        .put("seq_length", seqLength)
        .put("split", split)
        .put("pack_impl", packing);
    ArrayNode array = json.putArray("datasets");
    for (Dataset dataset : datasets) {
      array
          .addObject()
          .put("path", dataset.path)
          .put("documents", dataset.documents)
          .put("tokens", dataset.tokens)
          .put("samples", dataset.samples)
          .put("weight", dataset.weight)
          .put("checksum", dataset.checksum);
    }
  }

  static DataOrder read(StateFields fields) {
    return new DataOrder(
        fields.count("samples"),
        fields.count("train_iters"),
        fields.intCount("train_batch_size"),
        fields.count("seed"),
        fields.intCount("seq_length"),
        fields.text("split"),
        fields.text("pack_impl"),
        fields.children("datasets").stream().map(Dataset::read).toList());
  }
}
