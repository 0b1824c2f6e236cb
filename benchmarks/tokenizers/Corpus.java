import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The documents of one `.jsonl.zst`, in memory.
record Corpus(String name, List<Document> documents) {

  /// A text in the two forms that tokenizers take.
  record Document(String text, byte[] utf8) {}

  /// @param limitBytes stops after the document that reaches it
  static Corpus read(Path data, String name, long limitBytes) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<Document> documents = new ArrayList<>();
    long bytes = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new ZstdInputStream(Files.newInputStream(data.resolve(name + ".jsonl.zst"))),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine();
          line != null && bytes < limitBytes;
          line = lines.readLine()) {
        byte[] utf8 =
            mapper.readTree(line).path("text").asText().getBytes(StandardCharsets.UTF_8);
        documents.add(new Document(new String(utf8, StandardCharsets.UTF_8), utf8));
        bytes += utf8.length;
      }
    }
    return new Corpus(name, List.copyOf(documents));
  }

  long bytes() {
    return documents.stream().mapToLong(document -> document.utf8().length).sum();
  }
}
