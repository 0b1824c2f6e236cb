package neox.weights.hf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.model.ModelConfig;
import neox.weights.spec.NetworkSpec;

/// An architecture of transformers, and how a NeoX network is told in it.
///
/// A family is three tables: its configuration in both directions, what it cannot express, and its
/// tensors. Row orders are transformers' own; see [Mapping].
public sealed interface HfFamily permits GptNeox, Llama, Mistral {
  /// Every family; earlier ones are preferred.
  static List<HfFamily> all() {
    return List.of(new GptNeox(), new Llama(), new Mistral());
  }

  /// The first family that can express `model`; if there is none, the one with the fewest
  /// [#obstacles].
  static HfFamily of(ModelConfig model) {
    HfFamily nearest = all().getFirst();
    for (HfFamily family : all()) {
      if (family.obstacles(model).size() < nearest.obstacles(model).size()) {
        nearest = family;
      }
    }
    return nearest;
  }

  /// The family that `config.json` calls so.
  static Optional<HfFamily> ofModelType(String modelType) {
    return all().stream().filter(family -> family.modelType().equals(modelType)).findFirst();
  }

  /// The family that GPT-NeoX's converter calls so.
  static Optional<HfFamily> named(String name) {
    return all().stream().filter(family -> family.name().equals(name)).findFirst();
  }

  /// As GPT-NeoX's converter calls it: `neox`, `llama` or `mistral`.
  String name();

  /// The family's name without what follows it in class names: `GPTNeoX`.
  String label();

  /// As in `model_type` of `config.json`.
  String modelType();

  /// The class of transformers: a language model's, or for a reward model (`train_impl: rm`) that
  /// of a classifier with one label.
  default String architecture(ModelConfig model) {
    return switch (model.head().output()) {
      case LOGITS -> label() + "ForCausalLM";
      case REWARD -> label() + "ForSequenceClassification";
    };
  }

  /// Every reason why it cannot express a network; empty when it can.
  default List<String> obstacles(ModelConfig model) {
    if (model.prompt().isPresent()) {
      return List.of("HF %s has no soft prompt (soft_prompt_tuning)".formatted(label()));
    }
    return model.gmlps().isEmpty()
        ? differences(model)
        : List.of(
            "HF %s has transformer blocks only, not gmlp or amlp (attention_config)"
                .formatted(label()));
  }

  /// The same of a network of transformer blocks alone.
  List<String> differences(ModelConfig model);

  /// The architecture that a `config.json` describes. Absent keys mean what transformers'
  /// configuration class means by them; what is wrong is reported to `json`.
  ModelConfig read(HfJson json);

  /// Rows of the embedding when `config.json` does not say.
  int defaultVocabSize();

  /// What `config.json` says about a network that has no [#obstacles].
  Map<String, Object> write(ModelConfig model);

  /// Where each parameter of a network without [#obstacles] is.
  List<Mapping> mappings(NetworkSpec network);

  /// What transformers calls the network without its head: the tensors of a headless export lack
  /// this in front of their names.
  String baseName();

  /// The tensor of an untied head, which some exports of tied networks hold, too.
  String headName();
}
