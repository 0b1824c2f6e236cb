package neox.train.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import neox.data.ledger.Ledger;

/// How far a run has read in which order of samples: what the next run needs to go on with the very
/// next sample, whatever the size of its batches, and with the next one of each dataset, whatever
/// the mixture.
///
/// @param next the sample of the order that comes next
/// @param read samples of each dataset of the order, or of the ledger, for people; may be empty
/// @param ledger of the mixtures, where they change in the course of the run
public record DataState(long next, DataOrder order, List<Long> read, Optional<Ledger> ledger) {
  public DataState {
    read = List.copyOf(read);
  }

  void write(ObjectNode json) {
    json.put("next_sample", next);
    ArrayNode counts = json.putArray("samples_read");
    read.forEach(counts::add);
    order.write(json.putObject("order"));
    ledger.ifPresent(each -> each.write(json.putObject("ledger")));
  }

  static DataState read(StateFields fields) {
    return new DataState(
        fields.count("next_sample"),
        DataOrder.read(fields.child("order")),
        fields.optionalCounts("samples_read"),
        fields.optionalChild("ledger").map(StateFields::ledger));
  }
}
