package neox.train.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.data.ledger.Ledger;

/// The entries of an object in `train_state.json`; each must be there and be what it should be.
///
/// @param file for messages
record StateFields(JsonNode json, Path file) {

  StateFields child(String name) {
    return object(name, required(name));
  }

  /// An entry that older checkpoints do not have.
  Optional<StateFields> optionalChild(String name) {
    return Optional.ofNullable(json.get(name)).map(value -> object(name, value));
  }

  private StateFields object(String name, JsonNode value) {
    if (!value.isObject()) {
      throw damaged(name, "an object", value);
    }
    return new StateFields(value, file);
  }

  /// Counts that older checkpoints do not have.
  List<Long> optionalCounts(String name) {
    List<Long> counts = new ArrayList<>();
    JsonNode array = json.get(name);
    if (array != null) {
      array.forEach(value -> counts.add(value.asLong()));
    }
    return counts;
  }

  /// These entries as a ledger.
  Ledger ledger() {
    try {
      return Ledger.read(json);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          file
              + ": \"ledger\": "
              + e.getMessage()
              + "; the checkpoint is damaged, load another one (iteration)",
          e);
    }
  }

  List<StateFields> children(String name) {
    JsonNode array = required(name);
    if (!array.isArray()) {
      throw damaged(name, "a list", array);
    }
    List<StateFields> children = new ArrayList<>();
    array.forEach(value -> children.add(object(name, value)));
    return children;
  }

  long count(String name) {
    JsonNode value = required(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0) {
      throw damaged(name, "a count", value);
    }
    return value.asLong();
  }

  /// A count that is left out where it is this number.
  long countOr(String name, long otherwise) {
    return json.has(name) ? count(name) : otherwise;
  }

  int intCount(String name) {
    long value = count(name);
    if (value > Integer.MAX_VALUE) {
      throw damaged(name, "a count of at most " + Integer.MAX_VALUE, required(name));
    }
    return (int) value;
  }

  double real(String name) {
    JsonNode value = required(name);
    if (!value.isNumber()) {
      throw damaged(name, "a number", value);
    }
    return value.asDouble();
  }

  List<Double> reals(String name) {
    JsonNode array = required(name);
    if (!array.isArray()) {
      throw damaged(name, "a list", array);
    }
    List<Double> reals = new ArrayList<>();
    for (JsonNode value : array) {
      if (!value.isNumber()) {
        throw damaged(name, "numbers", value);
      }
      reals.add(value.asDouble());
    }
    return reals;
  }

  String text(String name) {
    JsonNode value = required(name);
    if (!value.isTextual()) {
      throw damaged(name, "a text", value);
    }
    return value.asText();
  }

  private JsonNode required(String name) {
    JsonNode value = json.get(name);
    if (value == null) {
      throw UserException.of(
          "%s: no entry \"%s\"; the checkpoint is damaged, load another one (iteration)",
          file, name);
    }
    return value;
  }

  private UserException damaged(String name, String expected, JsonNode found) {
    return UserException.of(
        "%s: \"%s\": expected %s, found %s; the checkpoint is damaged, load another one"
            + " (iteration)",
        file, name, expected, found);
  }
}
