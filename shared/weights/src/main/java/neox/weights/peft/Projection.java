package neox.weights.peft;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.spec.AdapterSpec;
import neox.weights.spec.NetworkSpec;

/// A projection of NeoX that has an adapter, and the modules of transformers that it is there.
///
/// The adapter of a projection that transformers has in several (q, k and v of Llama; up and gate) is
/// exactly one for each of them: all read the same A, and each has its rows of B,
///
///     (B A) = [B_q; B_k; B_v] A
///
/// in the order in which the rows of the weight lie.
///
/// @param weight the key of the weight that it is added to
/// @param modules in the order of the sections
/// @param groups as in [Mapping.Sections]
record Projection(String weight, AdapterSpec adapter, List<Module> modules, int groups) {
  private static final String WEIGHT = ".weight";

  /// A linear layer of transformers.
  ///
  /// @param name without `base_model.model.` and without `.weight`
  /// @param rows of its weight
  record Module(String name, long rows) {
    String a() {
      return name + ".lora_A.weight";
    }

    String b() {
      return name + ".lora_B.weight";
    }
  }

  Projection {
    modules = List.copyOf(modules);
  }

  /// The projections of a network that have adapters.
  static List<Projection> of(HfFamily family, NetworkSpec adapted) {
    NetworkSpec plain = NetworkSpec.of(adapted.config(), adapted.paddedVocab());
    Map<String, AdapterSpec> adapters = adapted.adapters();
    List<Projection> projections = new ArrayList<>();
    for (Mapping mapping : family.mappings(plain)) {
      AdapterSpec adapter = adapters.get(mapping.neox().key());
      if (adapter != null) {
        projections.add(of(mapping, adapter));
      }
    }
    return projections;
  }

  private static Projection of(Mapping mapping, AdapterSpec adapter) {
    List<Module> modules = new ArrayList<>();
    mapping
        .tensors()
        .forEach((name, shape) ->
            modules.add(
                new Module(name.substring(0, name.length() - WEIGHT.length()), shape.size(0))));
    int groups =
        switch (mapping) {
          case Mapping.Copy _ -> 1;
          case Mapping.Sections sections -> sections.groups();
        };
    return new Projection(mapping.neox().key(), adapter, modules, groups);
  }

  /// NeoX's name of the projection within its layer: `attention.dense`.
  String target() {
    String name = weight.substring(weight.indexOf('.') + 1);
    return name.substring(0, name.length() - WEIGHT.length());
  }

  /// Where the rows of B are.
  Mapping rows() {
    return new Mapping.Sections(
        adapter.b(),
        modules.stream().map(each -> new Mapping.Sections.Section(each.b(), each.rows())).toList(),
        groups);
  }
}
