import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Makes the seeds for [Mutations] that no command of a bare machine makes, from `text.jsonl` and
/// `tokenizer.json`.
public final class Seeds {
  public static void main(String[] args) throws IOException {
    Path seeds = Path.of(args[0]);
    List<String> rows = Files.readAllLines(seeds.resolve("text.jsonl"));
    String half = String.join("\n", rows.subList(0, 20)) + "\n";
    String rest = String.join("\n", rows.subList(20, 40)) + "\n";
    byte[] twoFrames = join(zstd(half), zstd(rest));
    Files.write(seeds.resolve("text.jsonl.zst"), twoFrames);
    Files.write(seeds.resolve("text.json.zst"), zstd("[" + String.join(",", rows) + "]"));
    StringBuilder counted = new StringBuilder();
    for (String row : rows) {
      counted.append("%016d".formatted(row.getBytes(StandardCharsets.UTF_8).length)).append(row);
    }
    Files.write(seeds.resolve("text.dat.zst"), zstd(counted.toString()));
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(Files.newOutputStream(seeds.resolve("text.jsonl.zst.tar")))) {
      for (int i = 0; i < 2; i++) {
        TarArchiveEntry entry = new TarArchiveEntry("part" + i + ".jsonl.zst");
        entry.setSize(twoFrames.length);
        tar.putArchiveEntry(entry);
        tar.write(twoFrames);
        tar.closeArchiveEntry();
      }
    }
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(seeds.resolve("text.zip")))) {
      for (int i = 0; i < 3; i++) {
        zip.putNextEntry(new ZipEntry("member" + i + ".txt"));
        zip.write(("member " + i + " of a zip file").getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    ObjectMapper json = new ObjectMapper();
    JsonNode model = json.readTree(seeds.resolve("tokenizer.json").toFile()).path("model");
    var vocabulary = model.path("vocab").deepCopy();
    ((com.fasterxml.jackson.databind.node.ObjectNode) vocabulary)
        .put("<|endoftext|>", vocabulary.path("<|endoftext|>").asInt(vocabulary.size()));
    json.writeValue(seeds.resolve("vocab.json").toFile(), vocabulary);
    StringBuilder merges = new StringBuilder("#version: 0.2\n");
    for (JsonNode merge : model.path("merges")) {
      merges
          .append(merge.isArray() ? merge.get(0).asText() + " " + merge.get(1).asText() : merge.asText())
          .append('\n');
    }
    Files.writeString(seeds.resolve("merges.txt"), merges);
  }

  private static byte[] zstd(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new ZstdOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static byte[] join(byte[] one, byte[] other) {
    byte[] joined = java.util.Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, joined, one.length, other.length);
    return joined;
  }
}
