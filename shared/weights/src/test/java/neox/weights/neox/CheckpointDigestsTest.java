package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeSet;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.ConfigLoader;
import neox.config.NeoxConfig;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Golden;
import neox.weights.Integrity;
import neox.weights.TensorDigest;
import neox.weights.TensorView;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.pickle.OrderedDict;
import neox.weights.pickle.TorchFile;
import neox.weights.pickle.TorchFileWriter;
import neox.weights.spec.NetworkSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A digest of each tensor lies beside what we write, and is compared with what is read.
class CheckpointDigestsTest {
  private static final String LAYER = "layer_06-model_00-model_states.pt";
  private static final String DIGESTS = "mp_rank_00_digests.json";
  private static final String ADVICE = "; take the file of this checkpoint, or another checkpoint";

  @TempDir Path directory;

  private static NeoxCheckpoint golden() throws IOException {
    return NeoxCheckpoint.open(Golden.path("checkpoints/A_bf16"), OptionalLong.of(20));
  }

  private void write(Layout layout) throws IOException {
    try (NeoxCheckpoint source = golden()) {
      NeoxCheckpointWriter.write(
          directory,
          new CheckpointContent(
              CheckpointPart.whole(NetworkSpec.of(source.config(), 512)),
              "CharLevelTokenizer",
              20,
              160,
              layout,
              CheckpointContent.existing(source::view),
              Map.of(),
              Map.of("config.yml", Files.readString(source.configs().resolve("config.yml")))));
    }
  }

  private void readAll(Reading reading) throws IOException {
    NeoxConfig config = ConfigLoader.readCheckpoint(NeoxCheckpoint.configs(directory)).config();
    try (NeoxCheckpoint read =
        NeoxCheckpoint.open(directory, OptionalLong.empty(), config, reading)) {
      for (String name : read.names()) {
        assertThat(read.view(name).bytes().byteSize()).isPositive();
      }
    }
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> readAll(Reading.PLAIN))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }

  @Test
  void everyTensorThatIsWrittenHasOne() throws IOException {
    for (Layout layout : Layout.values()) {
      write(layout);
      JsonNode json = Json.read(directory.resolve(DIGESTS));
      assertThat(json.path("algorithm").asText()).isEqualTo("xxh64-1MiB");
      try (NeoxCheckpoint source = golden()) {
        List<String> keys = new ArrayList<>();
        for (Map.Entry<String, JsonNode> file : json.path("files").properties()) {
          boolean layered = layout == Layout.FILE_PER_LAYER;
          String prefix = layered ? Integer.parseInt(file.getKey().substring(6, 8)) + "." : "";
          for (Map.Entry<String, JsonNode> tensor : file.getValue().properties()) {
            String key = prefix + tensor.getKey().replace("sequential.", "");
            assertThat(tensor.getValue().asText())
                .as(key)
                .isEqualTo(TensorDigest.of(source.view(key)));
            keys.add(key);
          }
        }
        assertThat(new TreeSet<>(keys)).isEqualTo(new TreeSet<>(source.names()));
      }
      readAll(Reading.PLAIN);
    }
  }

  @Test
  void aFileOfAnotherStepIsNotTaken() throws IOException {
    write(Layout.FILE_PER_LAYER);
    Path layer = directory.resolve(LAYER);
    String before;
    String after;
    try (TorchFile file = TorchFile.open(layer)) {
      TensorView bias = tensor(file, "norm.bias");
      TensorView weight = tensor(file, "norm.weight");
      TensorView other = Floats.convert(Floats.sum(List.of(bias, weight), 1), DType.BFLOAT16);
      before = TensorDigest.of(bias);
      after = TensorDigest.of(other);
      Path copy = directory.resolve("copy.pt");
      TorchFileWriter.write(
          copy, new OrderedDict(Map.of("norm.weight", weight, "norm.bias", other)));
      Files.move(copy, layer, StandardCopyOption.REPLACE_EXISTING);
    }
    assertRefused(
        layer
            + ": tensor norm.bias is not the one that was written with this checkpoint: its digest is "
            + after
            + ", but "
            + before
            + " in "
            + DIGESTS
            + ADVICE);
    readAll(Reading.PLAIN.withIntegrity(Integrity.UNCHECKED));
    Files.delete(directory.resolve(DIGESTS));
    readAll(Reading.PLAIN);
  }

  @Test
  void aTensorThatWasNotWrittenIsNotTaken() throws IOException {
    write(Layout.FILE_PER_LAYER);
    Path digests = directory.resolve(DIGESTS);
    Files.writeString(digests, Files.readString(digests).replace("\"norm.bias\"", "\"norm.b\""));
    assertRefused(
        directory.resolve(LAYER)
            + ": tensor norm.bias is not among those that were written with this checkpoint, as "
            + DIGESTS
            + " says"
            + ADVICE);
  }

  @Test
  void aDamagedFileSaysThatItIsDamaged() throws IOException {
    write(Layout.FILE_PER_LAYER);
    Path layer = directory.resolve(LAYER);
    byte[] whole = Files.readAllBytes(layer);
    try (TorchFile file = TorchFile.open(layer)) {
      byte[] bias = Golden.bytes(tensor(file, "norm.bias"));
      whole[find(whole, bias) + 5] ^= 4;
    }
    Files.write(layer, whole);
    assertRefused(
        layer
            + ": tensor norm.bias is damaged: the checksum of archive/data/1 is wrong; copy or"
            + " download the file again, or take another checkpoint");
  }

  private static TensorView tensor(TorchFile file, String name) {
    return (TensorView) Objects.requireNonNull(((Map<?, ?>) file.root()).get(name));
  }

  private static int find(byte[] whole, byte[] bytes) {
    for (int at = 0; at <= whole.length - bytes.length; at++) {
      if (Arrays.equals(whole, at, at + bytes.length, bytes, 0, bytes.length)) {
        return at;
      }
    }
    throw new IllegalArgumentException("not in it");
  }

  @Test
  void damagedDigestsAreRefusedInOneLine() throws IOException {
    write(Layout.FILE_PER_LAYER);
    Path digests = directory.resolve(DIGESTS);
    String sound = Files.readString(digests);
    Files.writeString(digests, sound.replace("xxh64-1MiB", "md5"));
    assertRefused(digests + ": algorithm is 'md5'; expected xxh64-1MiB");
    Files.writeString(digests, sound.replace("\"files\"", "\"file\""));
    assertRefused(digests + ": no files; expected their names and digests");
    String first = sound.replaceAll("(?s).*?\"word_embeddings.weight\" : \"(\\w+)\".*", "$1");
    Files.writeString(digests, sound.replace(first, "12"));
    assertRefused(
        digests
            + ": the digest of word_embeddings.weight in layer_00-model_00-model_states.pt is '12';"
            + " expected 16 hexadecimal digits");
  }
}
