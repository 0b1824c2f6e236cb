package neox.preprocess;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import neox.base.Version;
import neox.preprocess.journal.Fingerprint;
import neox.tokenizer.Tokenizer;

/// Gathers what the output of a plan depends on: not the number of workers, nor what happens to bad
/// rows.
final class CorpusFingerprint {
  /// Tokenizers that have no files differ in what they make of this.
  private static final String PROBE = "The naïve 1234 foxes\n\t<|endoftext|> 漢字 😀!";

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

  /// What tells a tokenizer from others.
  static String digest(Tokenizer tokenizer) throws IOException {
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(4).putInt(0, tokenizer.vocabSize()));
    for (int id : tokenizer.encode(PROBE)) {
      digest.update(ByteBuffer.allocate(4).putInt(0, id));
    }
    byte[] buffer = new byte[1 << 16];
    for (Path file : tokenizer.files()) {
      try (InputStream in = Files.newInputStream(file)) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          digest.update(buffer, 0, read);
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }

  private CorpusFingerprint() {}
}
