package neox.preprocess;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import neox.base.NamedFiles;
import neox.base.Version;
import neox.preprocess.input.InputFile;
import neox.preprocess.journal.Fingerprint;
import neox.tokenizer.Tokenizer;

/// Gathers what the output of a plan depends on: not the number of workers, nor what happens to bad
/// rows.
final class CorpusFingerprint {
  private static final int NO_TOKEN = -1;

  /// Tokenizers that have no files differ in what they make of this. No special token is in it:
  /// tiktoken's encodings refuse those.
  private static final String PROBE = "The naïve 1234 foxes\n\t 漢字 😀!";

  /// @param recipe what the documents depend on beside the plan, by name
  static Fingerprint of(PreprocessPlan plan, List<InputFile> files, Map<String, String> recipe)
      throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("version", Version.string());
    settings.put("--jsonl-keys", String.join(" ", plan.keys()));
    settings.putAll(recipe);
    settings.put("--dataset-impl", plan.layout().toString());
    settings.put("--shard", plan.shard().toString());
    List<Fingerprint.SourceFile> sources = new ArrayList<>();
    for (InputFile file : files) {
      sources.add(file.fingerprint());
    }
    if (!plan.shard().isWhole()) {
      // Where the shards are cut follows from the sizes of all files, also of those not read yet.
      settings.put("sizes of the input files", slices(files));
    }
    return new Fingerprint(settings, sources);
  }

  private static String slices(List<InputFile> files) {
    return files.stream()
        .map(file -> file.slice().from() + "-" + file.slice().to() + ":" + file.size())
        .collect(Collectors.joining(" "));
  }

  /// What tells a tokenizer from others. Two different sums together make 64 bits, enough for files
  /// that differ by accident; unlike SHA-256 they need no compiling to be fast.
  static String digest(Tokenizer tokenizer) throws IOException {
    List<Checksum> sums = List.of(new CRC32(), new CRC32C());
    update(sums, ByteBuffer.allocate(Integer.BYTES).putInt(0, tokenizer.vocabSize()));
    update(sums, ByteBuffer.allocate(Integer.BYTES).putInt(0, tokenizer.eod().orElse(NO_TOKEN)));
    for (int id : tokenizer.encode(PROBE)) {
      update(sums, ByteBuffer.allocate(Integer.BYTES).putInt(0, id));
    }
    for (Path file : tokenizer.files()) {
      update(sums, ByteBuffer.wrap(NamedFiles.readAllBytes(file)));
    }
    return sums.stream().map(sum -> "%08x".formatted(sum.getValue())).collect(Collectors.joining());
  }

  private static void update(List<Checksum> sums, ByteBuffer bytes) {
    sums.forEach(sum -> sum.update(bytes.duplicate()));
  }

  private CorpusFingerprint() {}
}
