package neox.train.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// How far a run has read in which order of samples: what the next run needs to go on with the very
/// next sample, whatever the size of its batches.
///
/// @param next the sample of the order that comes next
public record DataState(long next, DataOrder order) {

  void write(ObjectNode json) {
    json.put("next_sample", next);
    order.write(json.putObject("order"));
  }

  static DataState read(StateFields fields) {
    return new DataState(fields.count("next_sample"), DataOrder.read(fields.child("order")));
  }
}
