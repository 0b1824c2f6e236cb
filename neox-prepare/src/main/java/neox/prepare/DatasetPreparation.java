package neox.prepare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.Json;
import neox.base.UserException;
import neox.hub.Checksum;
import neox.hub.RemoteFile;
import neox.hub.download.Download;
import neox.prepare.Corpus.Part;
import neox.preprocess.Preprocess;
import neox.preprocess.PreprocessPlan;
import neox.preprocess.input.RemoteInput;
import neox.tokenizer.Tokenizer;

/// Tokenizes a corpus into `DIRECTORY/NAME/NAME_KEY_document.{bin,idx}`, and writes down what it
/// was made from.
final class DatasetPreparation {

  /// What to do.
  ///
  /// @param directory the data directory
  /// @param name of the directory and of the files in it
  /// @param tokenizer how the tokenizer is described, for the record
  record Request(Corpus corpus, Path directory, String name, String tokenizer, Raw raw) {
    Path home() {
      return directory.resolve(name);
    }

    Path prefix() {
      return home().resolve(name);
    }

    Path record() {
      return home().resolve(name + ".json");
    }
  }

  /// What becomes of the downloaded files.
  enum Raw {
    /// They are tokenized as they come.
    PIPE,
    /// They are downloaded first, and stay.
    KEEP
  }

  private final Request request;
  private final Download download;
  private final Console console;

  DatasetPreparation(Request request, Download download, Console console) {
    this.request = request;
    this.download = download;
    this.console = console;
  }

  /// The files, by the names that the plan is to give them.
  List<String> inputs() {
    List<String> inputs = new ArrayList<>();
    for (Part part : request.corpus().parts()) {
      switch (part) {
        case Part.Local local -> inputs.add(local.path().toString());
        case Part.Remote remote -> inputs.add(place(remote).toString());
      }
    }
    return inputs;
  }

  /// Whether the same data set has been made already; [UserException] when another one is there.
  boolean isDone(PreprocessPlan plan) throws IOException {
    if (!plan.hasOutput() || !Files.exists(request.record())) {
      return false;
    }
    if (!Files.readString(request.record()).equals(description(plan))) {
      throw UserException.of(
          "%s: the data set was made from something else or with other options; give --overwrite"
              + " to make it again, or another --name",
          request.record());
    }
    return true;
  }

  /// Deletes the downloaded files of an earlier run.
  void forget() throws IOException {
    for (Part part : request.corpus().parts()) {
      if (part instanceof Part.Remote remote) {
        Download.forget(place(remote));
      }
    }
  }

  /// Makes the data set.
  void make(PreprocessPlan plan, Tokenizer tokenizer) throws IOException, InterruptedException {
    Files.createDirectories(request.home());
    Files.deleteIfExists(request.record());
    if (request.raw() == Raw.KEEP || allLocal()) {
      for (Part part : request.corpus().parts()) {
        if (part instanceof Part.Remote remote) {
          keep(remote);
        }
      }
      Preprocess.run(plan, tokenizer, console);
    } else {
      pipe(plan, tokenizer);
    }
    AtomicFile.write(request.record(), description(plan));
  }

  private boolean allLocal() {
    return request.corpus().parts().stream().allMatch(Part.Local.class::isInstance);
  }

  private void pipe(PreprocessPlan plan, Tokenizer tokenizer)
      throws IOException, InterruptedException {
    List<DownloadedInput> inputs = new ArrayList<>();
    for (Part part : request.corpus().parts()) {
      if (part instanceof Part.Remote remote) {
        inputs.add(new DownloadedInput(remote, download, place(remote)));
      }
    }
    try {
      Preprocess.runRemote(plan, List.<RemoteInput>copyOf(inputs), tokenizer, console);
    } finally {
      for (DownloadedInput input : inputs) {
        input.close();
      }
    }
  }

  /// Where the file lies when it has to lie somewhere.
  private Path place(Part.Remote part) {
    Path home = request.home().toAbsolutePath().normalize();
    Path place = home.resolve(part.mirrors().getFirst().name()).normalize();
    if (!place.startsWith(home)) {
      throw UserException.of("%s: this name leads out of the data directory", part.name());
    }
    return request.home().resolve(home.relativize(place));
  }

  private void keep(Part.Remote part) throws IOException {
    Path file = place(part);
    if (isThere(part, file)) {
      console.info("%s is there already", file);
    } else {
      download.toFile(part.mirrors(), file);
      console.info("downloaded %s: %,d bytes", file, Files.size(file));
    }
    if (part.unpacked().isPresent()) {
      UnpackedCheck.require(file, part.unpacked().get());
    }
  }

  private static boolean isThere(Part.Remote part, Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    RemoteFile remote = part.mirrors().getFirst();
    Optional<Checksum> sum = remote.checksum();
    boolean rightSize = remote.size().isEmpty() || remote.size().getAsLong() == Files.size(file);
    return rightSize && (sum.isEmpty() || sum.get().fits(file));
  }

  /// What the data set is made from, and how.
  private String description(PreprocessPlan plan) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("dataset", request.corpus().origin());
    map.put("tokenizer", request.tokenizer());
    map.put("jsonl_keys", plan.keys());
    map.put("append_eod", plan.ending() == PreprocessPlan.Ending.END_OF_DOCUMENT);
    map.put("ftfy", plan.mending() == PreprocessPlan.Mending.FTFY);
    map.put("files", request.corpus().parts().stream().map(DatasetPreparation::describe).toList());
    return Json.pretty(map);
  }

  private static Map<String, Object> describe(Part part) {
    Map<String, Object> map = new LinkedHashMap<>();
    switch (part) {
      case Part.Local local -> map.put("path", local.path().toString());
      case Part.Remote remote -> {
        RemoteFile file = remote.mirrors().getFirst();
        map.put("address", file.publicAddress());
        file.size().ifPresent(size -> map.put("bytes", size));
        file.checksum().ifPresent(sum -> map.put("checksum", sum.toString()));
      }
    }
    return map;
  }
}
