package neox.data.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// The mixtures that a run reads, one after the other. How many samples of each dataset were read
/// before any sample of the run is a pure function of it, so each dataset can go on after its own
/// last sample whatever becomes of the weights.
///
/// @param datasets every one that any phase reads
/// @param phases in their order; the first begins with sample 0
public record Ledger(List<Dataset> datasets, List<Phase> phases) {

  /// A dataset, and the order in which its samples come.
  ///
  /// @param samples how many it gives before its order repeats
  /// @param madeFor how many samples its order was made for, which decides its epochs
  /// @param checksum of its documents, wherever the files lie
  public record Dataset(
      String path, long documents, long tokens, long samples, long madeFor, String checksum) {
    /// Whether both are the same documents.
    public boolean holdsTheDocumentsOf(Dataset other) {
      return documents == other.documents && checksum.equals(other.checksum);
    }
  }

  /// A mixture that is read for a while.
  ///
  /// @param firstSample of the run that is read from it
  /// @param members of the mixture, by their number in the list of datasets
  /// @param weights of the members, normalized
  public record Phase(long firstSample, List<Integer> members, List<Double> weights) {
    public Phase {
      members = List.copyOf(members);
      weights = List.copyOf(weights);
      if (members.isEmpty() || members.size() != weights.size()) {
        throw new IllegalArgumentException("weights do not fit");
      }
    }

    boolean mixesAs(Phase other) {
      return members.equals(other.members) && weights.equals(other.weights);
    }
  }

  public Ledger {
    datasets = List.copyOf(datasets);
    phases = List.copyOf(phases);
    if (phases.isEmpty() || phases.getFirst().firstSample() != 0) {
      throw new IllegalArgumentException("no beginning");
    }
    for (int p = 0; p < phases.size(); p++) {
      boolean later = p == 0 || phases.get(p).firstSample() > phases.get(p - 1).firstSample();
      int count = datasets.size();
      if (!later || phases.get(p).members().stream().anyMatch(m -> m < 0 || m >= count)) {
        throw new IllegalArgumentException("phase " + p);
      }
    }
  }

  /// What was read before a sample; what was planned for later is left out.
  public Ledger before(long sample) {
    List<Phase> past = new ArrayList<>(phases);
    past.removeIf(phase -> phase.firstSample() > 0 && phase.firstSample() >= sample);
    return new Ledger(datasets, past);
  }

  /// The same with one more phase, unless it only goes on with the last one's mixture; where it
  /// begins with that, it takes its place.
  public Ledger with(Phase next) {
    Phase last = phases.getLast();
    if (last.mixesAs(next)) {
      return this;
    }
    List<Phase> all = new ArrayList<>(phases);
    if (last.firstSample() == next.firstSample()) {
      all.removeLast();
    }
    all.add(next);
    return new Ledger(datasets, all);
  }

  /// The same with more datasets, or others in place of the first ones.
  public Ledger withDatasets(List<Dataset> others) {
    return new Ledger(others, phases);
  }

  public void write(ObjectNode json) {
    ArrayNode all = json.putArray("datasets");
    for (Dataset dataset : datasets) {
      all.addObject()
          .put("path", dataset.path)
          .put("documents", dataset.documents)
          .put("tokens", dataset.tokens)
          .put("samples", dataset.samples)
          .put("order_made_for", dataset.madeFor)
          .put("checksum", dataset.checksum);
    }
    ArrayNode each = json.putArray("phases");
    for (Phase phase : phases) {
      ObjectNode entry = each.addObject().put("first_sample", phase.firstSample());
      ArrayNode members = entry.putArray("members");
      phase.members().forEach(members::add);
      ArrayNode weights = entry.putArray("weights");
      phase.weights().forEach(weights::add);
    }
  }

  /// What [#write] wrote; [IllegalArgumentException] for anything else.
  public static Ledger read(JsonNode json) {
    List<Dataset> datasets = new ArrayList<>();
    for (JsonNode entry : items(json, "datasets")) {
      datasets.add(
          new Dataset(
              required(entry, "path").asText(),
              count(entry, "documents"),
              count(entry, "tokens"),
              count(entry, "samples"),
              count(entry, "order_made_for"),
              required(entry, "checksum").asText()));
    }
    List<Phase> phases = new ArrayList<>();
    for (JsonNode entry : items(json, "phases")) {
      List<Integer> members = new ArrayList<>();
      items(entry, "members").forEach(member -> members.add(member.asInt(-1)));
      List<Double> weights = new ArrayList<>();
      items(entry, "weights").forEach(weight -> weights.add(weight.asDouble()));
      phases.add(new Phase(count(entry, "first_sample"), members, weights));
    }
    return new Ledger(datasets, phases);
  }

  private static JsonNode items(JsonNode json, String name) {
    JsonNode items = required(json, name);
    if (!items.isArray()) {
      throw new IllegalArgumentException("\"" + name + "\" is no list");
    }
    return items;
  }

  private static long count(JsonNode json, String name) {
    JsonNode value = required(json, name);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0) {
      throw new IllegalArgumentException("\"" + name + "\" is no count: " + value);
    }
    return value.asLong();
  }

  private static JsonNode required(JsonNode json, String name) {
    JsonNode value = json.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no entry \"" + name + "\"");
    }
    return value;
  }
}
