package neox.wandb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Lines of the three files that only grow: as many as are there, which is the offset of the next.
record Counts(long history, long events, long output) {
  static final Counts NONE = new Counts(0, 0, 0);

  ObjectNode json() {
    return WandbJson.object().put("history", history).put("events", events).put("output", output);
  }

  static Counts of(JsonNode json) {
    return new Counts(
        json.path("history").asLong(), json.path("events").asLong(), json.path("output").asLong());
  }
}
