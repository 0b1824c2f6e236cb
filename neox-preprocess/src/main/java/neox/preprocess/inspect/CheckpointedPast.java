package neox.preprocess.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import neox.data.ledger.Ledger;
import neox.data.ledger.RunPast;

/// How far a run had come that saved a checkpoint, and which mixtures it had read by then.
final class CheckpointedPast {
  private static final String STATE = "train_state.json";
  private static final String LATEST = "latest";

  /// Of a checkpoint's directory, or of one that names its latest.
  static RunPast of(Path directory, Console console) throws IOException {
    Path file = file(directory);
    JsonNode state = Json.read(file);
    RunPast past =
        RunPast.of(
            count(state, "iteration", file),
            count(state, "samples", file),
            count(state, "tokens", file));
    JsonNode ledger = state.path("data").path("ledger");
    if (ledger.isMissingNode()) {
      console.info(
          "%s: has no ledger, for its mixture has never changed; that of the configuration is taken"
              + " for it",
          file);
      return past;
    }
    try {
      return past.withLedger(Ledger.read(ledger));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          file + ": \"ledger\": " + e.getMessage() + "; the checkpoint is damaged", e);
    }
  }

  private static Path file(Path directory) throws IOException {
    Path latest = directory.resolve(LATEST);
    Path checkpoint =
        Files.exists(latest) ? directory.resolve(NamedFiles.readString(latest).strip()) : directory;
    Path file = checkpoint.resolve(STATE);
    if (!Files.exists(file)) {
      throw UserException.of(
          "--checkpoint %s: no %s in it; expected a checkpoint of neox-train", directory, STATE);
    }
    return file;
  }

  private static long count(JsonNode state, String name, Path file) {
    JsonNode value = state.path(name);
    if (!value.canConvertToLong() || value.asLong() < 0) {
      throw UserException.of("%s: \"%s\": expected a count, found %s", file, name, value);
    }
    return value.asLong();
  }

  private CheckpointedPast() {}
}
