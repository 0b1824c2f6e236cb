package neox.weights.hf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import neox.weights.LazyTensor;
import neox.weights.Shape;
import neox.weights.Woven;
import neox.weights.Woven.Strand;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.LinearSpec;
import neox.weights.spec.NormSpec;
import neox.weights.spec.ParameterSpec;

/// Where one parameter of NeoX is in a Hugging Face model.
public sealed interface Mapping {
  ParameterSpec neox();

  /// The shapes of the tensors that hold it, by name.
  Map<String, Shape> tensors();

  /// The tensor `name` of the whole parameter.
  LazyTensor toHf(String name, LazyTensor neox);

  /// The whole parameter of the tensors that `hf` gives by name.
  LazyTensor toNeox(Function<String, LazyTensor> hf);

  /// The same tensor under another name.
  record Copy(ParameterSpec neox, String name) implements Mapping {
    @Override
    public Map<String, Shape> tensors() {
      return Map.of(name, neox.shape());
    }

    @Override
    public LazyTensor toHf(String name, LazyTensor neox) {
      return neox;
    }

    @Override
    public LazyTensor toNeox(Function<String, LazyTensor> hf) {
      return hf.apply(name);
    }
  }

  /// One tensor for several: each group of its rows holds an equal part of every section, one
  /// section after the other. (With one group the sections are simply concatenated; with a group
  /// for each head, a head's rows of q, k and v lie together.)
  record Sections(ParameterSpec neox, List<Section> sections, int groups) implements Mapping {
    /// A tensor of `rows` rows.
    public record Section(String name, long rows) {}

    public Sections {
      sections = List.copyOf(sections);
      long rows = sections.stream().mapToLong(Section::rows).sum();
      if (rows != neox.shape().size(0)) {
        throw new IllegalArgumentException(neox.key() + " has not the rows of " + sections);
      }
    }

    @Override
    public Map<String, Shape> tensors() {
      Map<String, Shape> tensors = new LinkedHashMap<>();
      sections.forEach(s -> tensors.put(s.name(), neox.shape().with(0, s.rows())));
      return tensors;
    }

    @Override
    public LazyTensor toHf(String name, LazyTensor neox) {
      long rowBytes = neox.byteSize() / neox.shape().size(0);
      long before = 0;
      for (Section section : sections) {
        long bytes = section.rows() / groups * rowBytes;
        if (section.name().equals(name)) {
          Strand strand = new Strand(neox.bytes(), before, bytes, neox.byteSize() / groups);
          Shape shape = neox.shape().with(0, section.rows());
          return new LazyTensor(
              neox.dtype(), shape, new Woven(groups, List.of(strand)).simplified());
        }
        before += bytes;
      }
      throw new IllegalArgumentException(name + " is no part of " + neox().key());
    }

    @Override
    public LazyTensor toNeox(Function<String, LazyTensor> hf) {
      List<LazyTensor> parts = sections.stream().map(part -> hf.apply(part.name())).toList();
      List<Strand> strands = new ArrayList<>();
      for (LazyTensor part : parts) {
        long bytes = part.byteSize() / groups;
        strands.add(new Strand(part.bytes(), 0, bytes, bytes));
      }
      return new LazyTensor(
          parts.getFirst().dtype(), neox.shape(), new Woven(groups, strands).simplified());
    }
  }

  /// A projection that HF has as one, too.
  static Stream<Mapping> linear(LinearSpec linear, String name) {
    return Stream.concat(
        Stream.of(new Copy(linear.weight(), name + ".weight")),
        copy(linear.bias(), name + ".bias"));
  }

  /// A projection that HF has in several.
  ///
  /// @param rows name of the part → its rows
  static Stream<Mapping> linear(LinearSpec linear, Map<String, Long> rows, int groups) {
    return Stream.concat(
        Stream.of(sections(linear.weight(), rows, ".weight", groups)),
        linear.bias().stream().map(bias -> sections(bias, rows, ".bias", groups)));
  }

  /// A norm; whatever NeoX calls its parameters, HF calls them weight and bias.
  static Stream<Mapping> norm(NormSpec norm, String name) {
    return Stream.concat(copy(norm.scale(), name + ".weight"), copy(norm.shift(), name + ".bias"));
  }

  /// The head, if it has a matrix of its own: of a language model `name`, of a reward model what
  /// transformers' classifiers call score.
  static Stream<Mapping> head(LayerSpec.Head head, String name) {
    return head.stored().entrySet().stream()
        .map(entry ->
            new Copy(entry.getValue(), entry.getKey().equals(REWARD) ? "score.weight" : name));
  }

  /// NeoX's name of the matrix of a reward model.
  String REWARD = "rm_linear.weight";

  private static Stream<Mapping> copy(Optional<ParameterSpec> spec, String name) {
    return spec.stream().map(present -> new Copy(present, name));
  }

  private static Mapping sections(
      ParameterSpec spec, Map<String, Long> rows, String kind, int groups) {
    List<Sections.Section> sections =
        rows.entrySet().stream()
            .map(part -> new Sections.Section(part.getKey() + kind, part.getValue()))
            .toList();
    return new Sections(spec, sections, groups);
  }
}
