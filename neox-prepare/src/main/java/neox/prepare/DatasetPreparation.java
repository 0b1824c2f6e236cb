package neox.prepare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import neox.hub.Checksum;
import neox.hub.RemoteFile;
import neox.hub.download.Download;
import neox.hub.download.Downloads;
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

  /// With what to do it.
  ///
  /// @param download of what is tokenized as it comes
  /// @param kept how files are got that stay
  /// @param stop whether to end early, with everything saved to go on from there
  record Means(Download download, Downloads kept, Console console, BooleanSupplier stop) {}

  private final Request request;
  private final Means means;

  DatasetPreparation(Request request, Means means) {
    this.request = request;
    this.means = means;
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
    if (!NamedFiles.readString(request.record()).equals(description(plan))) {
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
        new RawRecord(place(remote)).delete();
        Download.forget(place(remote));
      }
    }
  }

  /// Makes the data set; false when it was stopped before the end.
  boolean make(PreprocessPlan plan, Tokenizer tokenizer) throws IOException, InterruptedException {
    Files.createDirectories(request.home());
    Files.deleteIfExists(request.record());
    if (fromDisk()) {
      keepAll();
    }
    boolean complete = tokenize(plan, tokenizer).complete();
    if (complete) {
      AtomicFile.write(request.record(), description(plan));
    }
    return complete;
  }

  private Preprocess.Summary tokenize(PreprocessPlan plan, Tokenizer tokenizer)
      throws IOException, InterruptedException {
    return fromDisk()
        ? Preprocess.run(plan, tokenizer, means.console(), means.stop())
        : pipe(plan, tokenizer);
  }

  private boolean fromDisk() {
    return request.raw() == Raw.KEEP || allLocal();
  }

  private boolean allLocal() {
    return request.corpus().parts().stream().allMatch(Part.Local.class::isInstance);
  }

  private Preprocess.Summary pipe(PreprocessPlan plan, Tokenizer tokenizer)
      throws IOException, InterruptedException {
    List<DownloadedInput> inputs = new ArrayList<>();
    for (Part part : request.corpus().parts()) {
      if (part instanceof Part.Remote remote) {
        inputs.add(new DownloadedInput(remote, means.download(), place(remote)));
      }
    }
    try {
      return Preprocess.runRemote(
          plan, List.<RemoteInput>copyOf(inputs), tokenizer, means.console(), means.stop());
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

  private void keepAll() throws IOException, InterruptedException {
    List<Downloads.Work> works = new ArrayList<>();
    for (Part part : request.corpus().parts()) {
      if (part instanceof Part.Remote remote) {
        OptionalLong bytes = remote.mirrors().getFirst().size();
        works.add(new Downloads.Work(bytes, download -> keep(remote, download)));
      }
    }
    means.kept().all(works);
  }

  private void keep(Part.Remote part, Download download) throws IOException {
    Path file = place(part);
    if (isThere(part, file)) {
      means.console().info("%s is there already", file);
    } else {
      RawRecord record = new RawRecord(file);
      record.delete();
      download.toFile(part.mirrors(), file);
      record.write(part.mirrors().getFirst());
      means.console().info("downloaded %s: %,d bytes", file, Files.size(file));
    }
    if (part.unpacked().isPresent()) {
      UnpackedCheck.require(file, part.unpacked().get());
    }
  }

  /// Where no sum is known, a file of the same name may be from another address.
  private static boolean isThere(Part.Remote part, Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    RemoteFile remote = part.mirrors().getFirst();
    Optional<Checksum> sum = remote.checksum();
    return remote.hasSizeOf(file)
        && (sum.isEmpty() ? new RawRecord(file).names(part.mirrors()) : sum.get().fits(file));
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
