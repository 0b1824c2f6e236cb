package neox.train.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// What the order of the training samples of a run depends on.
///
/// @param samples how many it was made for, which decides the number of epochs
/// @param trainIters steps of the run that made it
/// @param trainBatchSize samples of one of its steps, over all ranks
/// @param split shares of the dataset; empty where each split has datasets of its own
/// @param packing how documents become samples (`pack_impl`), and whether long ones take part
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
