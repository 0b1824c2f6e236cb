package neox.weights.dcp;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.config.model.ModelConfig;
import neox.weights.LazyTensor;
import neox.weights.RotaryRows;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.spec.NetworkSpec;

/// What the program that saved a model calls its parameters, and how it orders their rows.
sealed interface Naming {
  /// Whose names they are, for messages.
  String program();

  /// The embedding's name in the checkpoint.
  String embedding();

  /// Why `model` cannot be saved under these names; empty when it can.
  List<String> obstacles(ModelConfig model);

  /// Where each parameter is, under names that [#stored] translates.
  List<Mapping> mappings(NetworkSpec network);

  /// The name in the checkpoint.
  String stored(String name);

  /// The head's name in the checkpoint: where it is the embedding, it may be stored again.
  String head();

  /// A tensor of the checkpoint with its rows as its mapping means them.
  default LazyTensor ordered(String name, LazyTensor stored, ModelConfig model) {
    return stored;
  }

  /// What stands before every name.
  String prefix();

  /// Those of GPT-NeoX: the key of each parameter.
  record Neox(String prefix) implements Naming {
    static final String EMBEDDING = "0.word_embeddings.weight";

    @Override
    public String program() {
      return "GPT-NeoX";
    }

    @Override
    public String embedding() {
      return prefix + EMBEDDING;
    }

    @Override
    public List<String> obstacles(ModelConfig model) {
      return List.of();
    }

    @Override
    public List<Mapping> mappings(NetworkSpec network) {
      return network.parameters().stream()
          .<Mapping>map(spec -> new Mapping.Copy(spec, spec.key()))
          .toList();
    }

    @Override
    public String stored(String name) {
      return prefix + name;
    }

    @Override
    public String head() {
      return stored("lm_head.weight");
    }
  }

  /// Those of a family of transformers.
  ///
  /// @param table what it calls the embedding
  record HuggingFace(HfFamily family, String table, String prefix) implements Naming {
    static final String NEOX = "gpt_neox.embed_in.weight";
    static final String LLAMA = "model.embed_tokens.weight";

    @Override
    public String program() {
      return "transformers' " + family.label();
    }

    @Override
    public String embedding() {
      return prefix + table;
    }

    @Override
    public List<String> obstacles(ModelConfig model) {
      return family.obstacles(model);
    }

    @Override
    public List<Mapping> mappings(NetworkSpec network) {
      return family.mappings(network);
    }

    @Override
    public String stored(String name) {
      return prefix + name;
    }

    @Override
    public String head() {
      return stored(family.headName());
    }
  }

  /// Another program's names for Llama's parameters.
  record OfLlama(LlamaNames names, String prefix) implements Naming {
    private static final Pattern TURNED = Pattern.compile(".*\\.[qk]_proj\\.\\w+");

    @Override
    public String program() {
      return names.program();
    }

    @Override
    public String embedding() {
      return prefix + names.embedding();
    }

    @Override
    public List<String> obstacles(ModelConfig model) {
      return LlamaNames.family().obstacles(model);
    }

    @Override
    public List<Mapping> mappings(NetworkSpec network) {
      return LlamaNames.family().mappings(network);
    }

    @Override
    public String stored(String name) {
      return prefix + names.of(name);
    }

    @Override
    public String head() {
      return stored(LlamaNames.HEAD);
    }

    @Override
    public LazyTensor ordered(String name, LazyTensor stored, ModelConfig model) {
      return switch (names.rows()) {
        case HALVES -> stored;
        case NEIGHBOURS ->
            TURNED.matcher(name).matches()
                ? RotaryRows.fromInterleaved(stored, model.headDim())
                : stored;
      };
    }
  }

  /// The naming of a checkpoint with tensors of these names, found by the embedding's.
  ///
  /// @param directory of the checkpoint, for messages
  static Optional<Naming> of(Set<String> names, ModelConfig model, Path directory) {
    Function<String, Optional<String>> before =
        embedding -> Prefixes.before(embedding, names, directory);
    HfFamily neox = HfFamily.named("neox").orElseThrow();
    HfFamily nearest = HfFamily.of(model);
    HfFamily llama = nearest.equals(neox) ? LlamaNames.family() : nearest;
    return Stream.of(
            before.apply(Neox.EMBEDDING).<Naming>map(Neox::new),
            before
                .apply(HuggingFace.NEOX)
                .<Naming>map(prefix -> new HuggingFace(neox, HuggingFace.NEOX, prefix)),
            before
                .apply(HuggingFace.LLAMA)
                .<Naming>map(prefix -> new HuggingFace(llama, HuggingFace.LLAMA, prefix)),
            ofLlama(LlamaNames.TORCHTITAN, before),
            ofLlama(LlamaNames.OLMO_CORE, before))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<Naming> ofLlama(
      LlamaNames llama, Function<String, Optional<String>> before) {
    return before.apply(llama.embedding()).map(prefix -> new OfLlama(llama, prefix));
  }
}
